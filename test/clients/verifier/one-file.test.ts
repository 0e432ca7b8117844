import { spawnSync } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bundleVerifier } from '../../../clients/verifier/one-file.ts';
import { checkpointAt, pageOf, receiptOf, verifierKey } from '../../core/receipt/sample.ts';
import { browserVerifier } from '../../support/browser-verifier.ts';
import { madeFiles, madeLeaves, VERIFIER_KEY } from '../../support/made-log.ts';

const ROOT = join(import.meta.dirname, '../../..');
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'one-file-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

test('the verifier is one file that runs where nothing else is', async () => {
  const made = join(directory, 'made');
  const empty = join(directory, 'empty');
  await mkdir(empty);
  await bundleVerifier(join(made, 'verify.mjs'));
  await copyFile(join(made, 'verify.mjs'), join(empty, 'verify.mjs'));
  await cp(join(ROOT, 'examples/bundle'), join(empty, 'bundle'), { recursive: true });
  const key = (await readFile(join(empty, 'bundle/verifier-key'), 'utf8')).trim();
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['verify.mjs', ...args], { cwd: empty, encoding: 'utf8', env: {} });

  const good = run('bundle', '--key', key);
  expect(good).toMatchObject({ status: 0, stdout: expect.stringContaining('VERIFIED') });
  const events = await readFile(join(empty, 'bundle/events.ndjson'), 'utf8');
  await writeFile(join(empty, 'bundle/events.ndjson'), events.replace('refund', 'refunf'));
  const bad = run('bundle', '--key', key, '--json');
  expect(bad.status).toBe(1);
  expect(JSON.parse(bad.stdout).results[0]).toMatchObject({ outcome: 'not_verified' });
  expect(run('nothing-here').status).toBe(2);
}, 60_000);

test('the same code runs in a browser: nothing of Node is in it, and it says the same', async () => {
  const { outputFiles, metafile } = await browserVerifier();
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain('core/crypto/browser.ts');
  expect(
    inputs.filter((name) => /crypto\/node\.ts|^node:|^clients\/verifier\/(?!browser)/.test(name)),
  ).toEqual([]);
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);

  // What a page has of the platform, and no more: no process, no Buffer, no require.
  const { crypto, TextEncoder, TextDecoder, atob, btoa, URL, structuredClone } = globalThis;
  const page = createContext({ crypto, TextEncoder, TextDecoder, atob, btoa, URL, structuredClone });
  runInContext(outputFiles[0]?.text ?? '', page);
  const ask = async (expression: string, given: Record<string, unknown>) => {
    Object.assign(page, { given: JSON.stringify(given) });
    const text = `(async () => { const given = JSON.parse(globalThis.given); return JSON.stringify(await ${expression}); })()`;
    return JSON.parse(await runInContext(text, page));
  };

  const answer = await pageOf([1, 6, 8]);
  const given = { page: answer, key: verifierKey, older: await checkpointAt(7), receipt: await receiptOf(3) };
  expect(
    await ask('verifier.verifyPage(given.page, given.key, { checkpoint: given.older })', given),
  ).toMatchObject({
    verified: true,
    shown: { count: 3, consistent_with: 7 },
  });
  expect(await ask('verifier.verifyReceipt(given.receipt, given.key)', given)).toMatchObject({
    verified: true,
  });
  const altered = { ...given, page: { ...answer, checkpoint: await checkpointAt(9) } };
  expect(await ask('verifier.verifyPage(given.page, given.key)', altered)).toMatchObject({ verified: false });

  const files = Object.fromEntries(
    [...(await madeFiles(madeLeaves(300)))].map(([path, bytes]) => [
      path,
      Buffer.from(bytes).toString('base64'),
    ]),
  );
  const reader = `({ read: async (path) => { const text = given.files[path];
    return text === undefined ? undefined : Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0)); } })`;
  expect(await ask(`verifier.verifyTiles(${reader}, given.key)`, { files, key: VERIFIER_KEY })).toMatchObject(
    { verified: true, shown: { count: 300 } },
  );
}, 60_000);
