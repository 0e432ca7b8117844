import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportTiles } from '../../../clients/operator/tenant/export-tiles.ts';
import { main } from '../../../clients/verifier/main.ts';
import { pageOf, receiptOf, verifierKey } from '../../core/receipt/sample.ts';
import { bent, madeFiles, madeLeaves, VERIFIER_KEY } from '../../support/made-log.ts';
import { madeZip, type ZipPart } from '../../support/made-zip.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

/** What a stranger may hand to the verifier. It says no in its own words, every time, and never crashes, hangs or verifies. */

const EXAMPLE = join(import.meta.dirname, '../../../examples/bundle');
const SEED = 97;
let directory: string;
let exampleKey: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hostile-'));
  exampleKey = (await readFile(join(EXAMPLE, 'verifier-key'), 'utf8')).trim();
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** Exit status and output; a crash would fail the test. */
async function verify(path: string, key: string, ...more: string[]) {
  let text = '';
  const out = (said: string) => {
    text += said;
  };
  return { status: await main([path, '--key', key, ...more], { out, err: out }), text };
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function exampleParts(): Promise<ZipPart[]> {
  const names = await readdir(EXAMPLE);
  return await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(EXAMPLE, name)) })));
}

describe('zips', () => {
  test('of a bundle verifies as the bundle does, and not when it was altered', async () => {
    const parts = await exampleParts();
    expect(await verify(await write('good.zip', madeZip(parts)), exampleKey)).toMatchObject({ status: 0 });
    const altered = parts.map((part) =>
      part.name === 'events.ndjson'
        ? { ...part, bytes: Buffer.from(String(part.bytes).replace('refund', 'refunf')) }
        : part,
    );
    expect(await verify(await write('bad.zip', madeZip(altered)), exampleKey)).toMatchObject({ status: 1 });
  });

  test.each([
    ['a way up', '../../evil'],
    ['a way up in the middle', 'a/../../evil'],
    ['an absolute path', '/tmp/evil'],
    ['a drive', 'C:/evil'],
    ['backslashes', '..\\..\\evil'],
    ['a hidden file', '.evil'],
    ['a control character', 'ev\u001bil'],
    ['nothing but dots', 'a/./evil'],
    ['another spelling of a name that is there', 'EVENTS.ndjson'],
    ['a name that is there', 'events.ndjson'],
    ['a name without end', 'a'.repeat(300)],
  ])('with %s are not unpacked', async (_what, name) => {
    const zip = madeZip([...(await exampleParts()), { name, bytes: Buffer.from('evil') }]);
    const { status, text } = await verify(await write('x/y/trick.zip', zip), exampleKey);
    expect(status).toBe(2);
    expect(text).toContain('CANNOT BE READ');
    expect(await readdir(directory)).toEqual(['x']);
    expect(await readdir(join(directory, 'x'))).toEqual(['y']);
  });

  test('that unpack to a thousand times their size end at a limit, also where they state a small one', async () => {
    const bomb = Buffer.alloc(80 * 1024 * 1024);
    for (const stated of [bomb.length, 1_000]) {
      const zip = madeZip([...(await exampleParts()), { name: 'bomb', bytes: bomb, stated }]);
      expect(zip.length).toBeLessThan(200_000);
      expect(await verify(await write('bomb.zip', zip), exampleKey)).toMatchObject({ status: 2 });
    }
  }, 30_000);

  test('that are cut off anywhere, encrypted, or none at all are not read', async () => {
    const zip = madeZip(await exampleParts());
    for (let length = 0; length < zip.length; length += 1 + Math.floor(zip.length / 40))
      expect(await verify(await write('cut.zip', zip.subarray(0, length)), exampleKey)).toMatchObject({
        status: 2,
      });
    const sealed = madeZip((await exampleParts()).map((part) => ({ ...part, flags: 1 })));
    expect(await verify(await write('sealed.zip', sealed), exampleKey)).toMatchObject({ status: 2 });
  });

  test('with any bit turned never verify another content', async () => {
    const random = new SeededRandom(SEED);
    const parts = (await exampleParts()).filter(({ name }) => name !== 'README.txt');
    const zip = madeZip(parts);
    for (let turn = 0; turn < 150; turn++) {
      const at = random.below(zip.length);
      const { status, text } = await verify(await write('bit.zip', bent(zip, at)), exampleKey);
      // A bit of a time or a version in the zip's own headers changes nothing that was signed.
      expect([at, [0, 1, 2].includes(status)]).toEqual([at, true]);
      if (status === 0) expect(text).toContain('records     12, index 0 to 11, none missing');
    }
  }, 60_000);
});

describe('JSON', () => {
  test('that is cut off anywhere does not verify', async () => {
    const { receipt } = await receiptOf(3);
    for (const [name, value] of [
      ['page.json', await pageOf([0, 5])],
      ['receipt.json', receipt],
    ] as const) {
      const text = JSON.stringify(value);
      for (let length = 0; length < text.length; length += 1 + Math.floor(text.length / 150)) {
        const { status } = await verify(await write(name, text.slice(0, length)), verifierKey);
        expect([name, length, status]).toEqual([name, length, 2]);
      }
    }
  }, 60_000);

  test('of a receipt with any bit turned does not verify', async () => {
    const { record, receipt } = await receiptOf(3);
    const bytes = Buffer.from(JSON.stringify({ record, receipt }));
    for (let at = 0; at < bytes.length; at += 1 + Math.floor(bytes.length / 400)) {
      const { status } = await verify(await write('receipt.json', bent(bytes, at)), verifierKey);
      expect([at, status]).not.toEqual([at, 0]);
    }
  }, 60_000);

  test.each([
    ['a million brackets', '['.repeat(1_000_000)],
    ['a million objects', '{"a":'.repeat(1_000_000)],
    ['a member a million times', `{${'"events":1,'.repeat(1_000_000)}"x":1}`],
    ['numbers without end', `{"events":[${'9'.repeat(1_000_000)}],"checkpoint":"x"}`],
    ['a prototype', '{"__proto__":{"events":[]},"events":[],"checkpoint":"x"}'],
    ['nothing', ''],
    ['null', 'null'],
    ['octets that are no text', Uint8Array.of(0xff, 0xfe, 0x7b)],
  ])('of %s is refused', async (_what, text) => {
    const { status } = await verify(await write('page.json', text), verifierKey);
    expect(status).toBeGreaterThan(0);
  });

  test.each([
    ['index', -1],
    ['index', 2 ** 53],
    ['index', 1e308],
    ['index', 0.5],
    ['index', '0'],
    ['tree_size', Number.MAX_SAFE_INTEGER],
    ['tree_size', 1e300],
    ['tree_size', 0],
    ['path', []],
    ['path', Array.from({ length: 63 }, () => `sha256:${'0'.repeat(64)}`)],
    ['path', Array.from({ length: 10_000 }, () => `sha256:${'0'.repeat(64)}`)],
    ['path', ['sha256:00']],
    ['path', [null]],
    ['path', { length: 4 }],
  ])('with %s %p in a proof is refused', async (member, value) => {
    const page = await pageOf([0, 5]);
    const [first, ...rest] = page.events;
    const events = [{ ...first, proof: { ...first?.proof, [member]: value } }, ...rest];
    expect(
      await verify(await write('page.json', JSON.stringify({ ...page, events })), verifierKey),
    ).toMatchObject({ status: 1 });
  });

  test('whose records are swapped, repeated, or proven for another tree is refused', async () => {
    const page = await pageOf([0, 5]);
    const other = await pageOf([0, 5], 9);
    const [a, b] = page.events;
    const swapped = [
      { ...a, record: b?.record, leaf_hash: b?.leaf_hash },
      { ...b, record: a?.record, leaf_hash: a?.leaf_hash },
    ];
    for (const changed of [
      { ...page, events: swapped },
      { ...page, events: [a, a] },
      { ...page, events: other.events },
      { ...page, checkpoint: other.checkpoint },
    ])
      expect(await verify(await write('page.json', JSON.stringify(changed)), verifierKey)).toMatchObject({
        status: 1,
      });
  });
});

describe('notes', () => {
  const line = (name: string, octets: number) => `— ${name} ${Buffer.alloc(octets, 7).toString('base64')}\n`;

  test.each([
    ['with 15 strange signatures beside the good one verifies', 15, 0],
    ['with 16 is refused', 16, 1],
    ['with 20,000 is refused', 20_000, 1],
  ])('%s', async (_what, count, status) => {
    const page = await pageOf([0, 5]);
    const checkpoint =
      page.checkpoint + Array.from({ length: count }, (_, n) => line(`other${n}`, 40)).join('');
    expect(
      await verify(await write('page.json', JSON.stringify({ ...page, checkpoint })), verifierKey),
    ).toMatchObject({ status });
  });

  test('with a second signature by the same key that is not good is refused', async () => {
    const page = await pageOf([0, 5]);
    const signature = page.checkpoint.trimEnd().split('\n').at(-1) ?? '';
    const octets = Buffer.from(signature.split(' ').at(-1) ?? '', 'base64');
    const bad = signature.replace(/\S+$/, Buffer.from(bent(octets, 20)).toString('base64'));
    const checkpoint = `${page.checkpoint}${bad}\n`;
    expect(
      await verify(await write('page.json', JSON.stringify({ ...page, checkpoint })), verifierKey),
    ).toMatchObject({
      status: 1,
      text: expect.stringContaining('signature_invalid'),
    });
  });
});

describe('bundles and folders', () => {
  test('a line without an end, and one that is cut off, are refused', async () => {
    const bundle = join(directory, 'bundle');
    await cp(EXAMPLE, bundle, { recursive: true });
    await rm(join(bundle, 'manifest.json'));
    for (const text of [
      'x'.repeat(5_000_000),
      `{"record":${'['.repeat(1_000_000)}`,
      '{"record":{}}\n',
      '\n\n\n',
    ]) {
      await write('bundle/events.ndjson', text);
      expect(await verify(bundle, exampleKey)).toMatchObject({ status: 1 });
    }
  });

  test('any bit of the records of a bundle shows', async () => {
    const bundle = join(directory, 'bundle');
    await cp(EXAMPLE, bundle, { recursive: true });
    const random = new SeededRandom(SEED);
    for (const name of ['events.ndjson', 'checkpoint', 'disclosures.ndjson']) {
      const bytes = await readFile(join(EXAMPLE, name));
      for (let turn = 0; turn < 60; turn++) {
        const at = random.below(bytes.length);
        await write(`bundle/${name}`, bent(bytes, at));
        expect([name, at, (await verify(bundle, exampleKey)).status]).not.toEqual([name, at, 0]);
      }
      await write(`bundle/${name}`, bytes);
    }
    expect(await verify(bundle, exampleKey)).toMatchObject({ status: 0 });
  }, 60_000);

  test('links that lead out of a log’s folder are not followed, and what is no file is not read', async () => {
    const files = await madeFiles(madeLeaves(300));
    for (const [path, bytes] of files) await write(`log/${path}`, bytes);
    await write('outside', files.get('tile/0/000') ?? '');
    const log = join(directory, 'log');
    expect(await verify(log, VERIFIER_KEY)).toMatchObject({ status: 0 });
    await rm(join(log, 'tile/0/000'));
    await symlink(join(directory, 'outside'), join(log, 'tile/0/000'));
    expect(await verify(log, VERIFIER_KEY)).toMatchObject({
      status: 1,
      text: expect.stringContaining('tile_missing'),
    });
    await rm(join(log, 'tile/0/000'));
    await symlink('/dev/zero', join(log, 'tile/0/000'));
    expect(await verify(log, VERIFIER_KEY)).toMatchObject({ status: 1 });
  });

  test('batches and daily records of an archive that are bombs or nonsense are refused', async () => {
    const zero = '0'.repeat(20);
    const files = await madeFiles(madeLeaves(1));
    const checkpoint = files.get('checkpoint') ?? '';
    await write(`archive/checkpoint/${zero.replace(/0$/, '1')}`, checkpoint);
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024), { level: 1 });
    for (const bytes of [bomb, Buffer.from('nonsense'), gzipSync('{}\n'), gzipSync(''), Buffer.alloc(0)]) {
      await write(`archive/commit/${zero}`, bytes);
      expect(await verify(join(directory, 'archive'), VERIFIER_KEY)).toMatchObject({ status: 1 });
      await rm(join(directory, 'archive/commit'), { recursive: true });
      await write(`archive/records/dt=2026-11-24/${zero}-${zero}.ndjson.gz`, bytes);
      expect(await verify(join(directory, 'archive'), VERIFIER_KEY)).toMatchObject({ status: 1 });
      await rm(join(directory, 'archive/records'), { recursive: true });
    }
  }, 60_000);

  test('a server that answers each request differently gets nothing written as verified', async () => {
    const random = new SeededRandom(SEED);
    const logs = [
      await madeFiles(madeLeaves(300)),
      await madeFiles(madeLeaves(290)),
      await madeFiles(madeLeaves(600)),
    ];
    for (let turn = 0; turn < 20; turn++) {
      const out = join(directory, `out-${turn}`);
      const read = async (path: string) => {
        const bytes = logs[random.below(logs.length)]?.get(path);
        return bytes && path !== 'checkpoint' && random.chance(0.3)
          ? bent(bytes, random.below(bytes.length))
          : bytes;
      };
      const ended = await exportTiles({ read }, out, VERIFIER_KEY, () => undefined).then(
        () => 'verified',
        (error: { code?: string }) => error.code,
      );
      // What it gives may happen to be right; then it verifies, and so does the folder.
      if (ended === 'verified') expect(await verify(out, VERIFIER_KEY)).toMatchObject({ status: 0 });
      else {
        expect(ended).toBe('integrity');
        expect((await verify(out, VERIFIER_KEY)).status).toBeGreaterThan(0);
      }
    }
  }, 60_000);
});
