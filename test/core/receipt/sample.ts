import { fromUtf8, toDigestText } from '../../../core/encoding.ts';
import { canonicalBytes } from '../../../core/event/canonical.ts';
import type { Disclosure } from '../../../core/event/commitment.ts';
import { checkpointText, signCheckpoint } from '../../../core/log/checkpoint.ts';
import { leafHash } from '../../../core/log/merkle.ts';
import { formatVerifierKey } from '../../../core/log/note.ts';
import { consistencyProof, inclusionProof, nodesOf } from '../../../core/log/proof.ts';
import { appendToEdge, rootOf } from '../../../core/log/right-edge.ts';
import { type Entry, inclusionJson } from '../../../core/receipt/entry.ts';
import { makeReceipt, type Receipt } from '../../../core/receipt/receipt.ts';
import { makeBundle } from '../../../examples/make-bundle.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';

const signer = new MemoryCloud(new Uint8Array(32).fill(3)).signer();
const ORIGIN = 'audit.example/acme/0000000a';

/** A line of the example's events.ndjson. */
interface Line {
  record: Parameters<typeof makeReceipt>[0] & Entry['record'];
}

const { files } = await makeBundle();
const records = linesOf<Line>('events.ndjson').map((line) => line.record);
const leaves = records.map((record) => leafHash(canonicalBytes(record)));
const disclosuresAt = new Map(
  linesOf<{ log_index: number; disclosures: Disclosure[] }>('disclosures.ndjson').map((line) => [
    line.log_index,
    line.disclosures,
  ]),
);

export const verifierKey = formatVerifierKey(ORIGIN, await signer.publicKey());

/** Records of the example in a log of its own key, which can be cut to any size: what a test then corrupts. */
export async function checkpointAt(size: number): Promise<string> {
  const root = rootOf(appendToEdge([], 0, leaves.slice(0, size)).edge);
  return await signText(checkpointText(ORIGIN, size, root));
}

export async function signText(text: string): Promise<string> {
  return await signCheckpoint(text, verifierKey, (message) => signer.sign(message));
}

/** A page with the records at `indices`, as the API answers. */
export async function pageOf(indices: readonly number[], size = records.length) {
  const events = await Promise.all(
    indices.map(async (index) => {
      const record = at(records, index);
      const disclosures = disclosuresAt.get(index);
      const path = await inclusionProof(index, size, nodesOf(leaves.slice(0, size)));
      return {
        record: structuredClone(record),
        ...(disclosures ? { disclosures: structuredClone(disclosures) } : {}),
        log_index: index,
        leaf_hash: toDigestText(at(leaves, index)),
        proof: inclusionJson(index, size, path),
      };
    }),
  );
  return {
    events,
    checkpoint: await checkpointAt(size),
    next_cursor: null,
    total_count: events.length,
    schema_version: '1.0.0',
  };
}

/** The receipt of the record at `index`, and the record. */
export async function receiptOf(index: number, sourceHash?: Receipt['source_hash']) {
  const record = at(records, index);
  const path = await inclusionProof(index, records.length, nodesOf(leaves));
  const checkpoint = await checkpointAt(records.length);
  const receipt = makeReceipt(record, at(leaves, index), { index, path, checkpoint }, { sourceHash });
  return { record: structuredClone(record), receipt, disclosures: disclosuresAt.get(index) ?? [] };
}

/** `consistency.json` between two sizes. */
export async function consistencyOf(from: number, to: number) {
  const path = await consistencyProof(from, to, nodesOf(leaves.slice(0, to)));
  return { from, to, path: path.map(toDigestText) };
}

function linesOf<T>(name: string): T[] {
  const text = fromUtf8(files.get(name) ?? new Uint8Array());
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new Error(`the example has no record ${index}`);
  return value;
}
