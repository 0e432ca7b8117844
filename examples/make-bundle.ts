import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '#crypto';
import { concatBytes, fromBase64Url, toDigestText, utf8 } from '../core/encoding.ts';
import { canonicalBytes } from '../core/event/canonical.ts';
import { asTenantId, mintEventId } from '../core/event/ids.ts';
import { formatTimestamp } from '../core/event/time.ts';
import { checkpointText, signCheckpoint } from '../core/log/checkpoint.ts';
import { leafHash } from '../core/log/merkle.ts';
import { formatVerifierKey } from '../core/log/note.ts';
import { inclusionProof, nodesOf } from '../core/log/proof.ts';
import { appendToEdge, rootOf } from '../core/log/right-edge.ts';
import type { Random } from '../core/ports.ts';
import { inclusionJson } from '../core/receipt/entry.ts';
import type { Manifest } from '../core/receipt/manifest.ts';
import { makeReceipt } from '../core/receipt/receipt.ts';
import { buildRecord, type PreparedEvent, prepareEvent } from '../core/record/prepare.ts';
import { refundTask } from './bundle-task.ts';

/**
 * Makes examples/bundle: a log of one refund task, as an export would give it. Everything follows from the texts
 * below, the signing key too: it is a throw-away key that everybody has, and proves nothing to anybody.
 */

const ORIGIN = 'audit.example/acme/5e6f7a8b';
const STARTED = Date.parse('2026-11-24T09:30:00.000Z');
const PERSONAL = ['/payload/goal', '/payload/input', '/payload/output', '/payload/content'];

const privateKey = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'), // PKCS #8 of Ed25519 (RFC 8410)
    sha256(utf8('agent-audit-trail: key of the example bundle, known to everybody')),
  ]),
  format: 'der',
  type: 'pkcs8',
});
const publicKey = fromBase64Url(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '');

/** The files of the bundle, and the receipt of its seventh record, which the documentation shows. */
export async function makeBundle(): Promise<{ files: Map<string, Uint8Array>; receipt: object }> {
  const prepared = prepareAll();
  const recordedAt = STARTED + 60_000;
  const records = prepared.map((event) => buildRecord(event, recordedAt));
  const hashes = records.map((record) => leafHash(canonicalBytes(record)));
  const size = records.length;
  const root = rootOf(appendToEdge([], 0, hashes).edge);
  const verifierKey = formatVerifierKey(ORIGIN, publicKey);
  const checkpoint = await signCheckpoint(checkpointText(ORIGIN, size, root), verifierKey, async (message) =>
    sign(null, message, privateKey),
  );
  const paths = await Promise.all(hashes.map((_, index) => inclusionProof(index, size, nodesOf(hashes))));

  const parts = new Map<string, Uint8Array>([
    ['README.txt', utf8(README)],
    ['checkpoint', utf8(checkpoint)],
    [
      'disclosures.ndjson',
      lines(
        prepared.flatMap(({ disclosures }, index) =>
          disclosures.length === 0 ? [] : [{ log_index: index, disclosures }],
        ),
      ),
    ],
    [
      'events.ndjson',
      lines(
        records.map((record, index) => ({ record, proof: inclusionJson(index, size, paths[index] ?? []) })),
      ),
    ],
    ['verifier-key', utf8(`${verifierKey}\n`)],
  ]);
  const manifest: Manifest = {
    bundle_version: '1.0.0',
    origin: ORIGIN,
    verifier_key: verifierKey,
    tree_size: size,
    count: size,
    first_index: 0,
    last_index: size - 1,
    missing: 0,
    parts: [...parts].map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      sha256: toDigestText(sha256(bytes)),
    })),
  };
  const files = new Map([...parts, ['manifest.json', utf8(`${JSON.stringify(manifest, null, 2)}\n`)]]);

  const [record, hash, path] = [records[6], hashes[6], paths[6]];
  if (!record || !hash || !path) throw new Error('the task has fewer than seven events');
  return { files, receipt: { record, receipt: makeReceipt(record, hash, { index: 6, path, checkpoint }) } };
}

function prepareAll(): PreparedEvent[] {
  const random = hashedRandom('agent-audit-trail: salts of the example bundle');
  const terms = {
    tenantId: asTenantId('acme'),
    source: 'sqs' as const,
    emitter: { id: 'support-fleet', key_id: 'example-key' },
    personalData: PERSONAL,
    pseudonymKey: sha256(utf8('agent-audit-trail: pseudonyms of the example bundle')),
    dedupeKey: sha256(utf8('agent-audit-trail: deduplication in the example bundle')),
    writerVersion: '0.1.0',
    now: STARTED + 60_000,
    random,
  };
  return refundTask().map(({ after, event }) => {
    const occurredAt = STARTED + after;
    const sent = {
      ...event,
      event_id: mintEventId(occurredAt, random),
      occurred_at: formatTimestamp(occurredAt),
    };
    const outcome = prepareEvent({ event: sent }, terms);
    if (!outcome.ok) throw new Error(`${event.event_type}: ${outcome.code}: ${outcome.detail}`);
    return outcome.prepared;
  });
}

/** Octets that look random and are the same every time: SHA-256 of the name and a counter. */
function hashedRandom(name: string): Random {
  let counter = 0;
  return {
    octets: (length) => {
      const blocks: Uint8Array[] = [];
      for (let made = 0; made < length; made += 32) blocks.push(sha256(utf8(`${name} ${counter++}`)));
      return concatBytes(...blocks).subarray(0, length);
    },
  };
}

/** In RFC 8785 form, so that the text of each record is its leaf. */
function lines(values: readonly object[]): Uint8Array {
  return concatBytes(...values.flatMap((value) => [canonicalBytes(value), utf8('\n')]));
}

const README = `An export bundle of agent-audit-trail, made by examples/make-bundle.ts: one refund task of an imagined tenant.

events.ndjson       a record and its inclusion proof on each line
checkpoint          the signed head of the log (C2SP tlog-checkpoint)
verifier-key        the key of that signature. It comes with the data here; a real one you get by another way
disclosures.ndjson  the personal values to which the records commit
manifest.json       what the bundle should hold: counts, and the digest of every file

To verify, from the root of the repository:  npm run verify -- examples/bundle
To see a crime noticed: change one character of events.ndjson, and verify again.

The signing key is derived from a text that is published in examples/make-bundle.ts. It proves nothing but that the
example fits together.
`;

if (import.meta.main) {
  const directory = join(import.meta.dirname, 'bundle');
  const { files, receipt } = await makeBundle();
  await mkdir(directory, { recursive: true });
  for (const [name, bytes] of files) await writeFile(join(directory, name), bytes);
  const vector = join(import.meta.dirname, '..', 'test', 'vectors', 'c2sp-tlog-proof-receipt.json');
  await writeFile(vector, `${JSON.stringify(receipt, null, 2)}\n`);
}
