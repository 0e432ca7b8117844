import { equalBytes } from '../encoding.ts';
import { openCheckpoint, readCheckpoint } from '../log/checkpoint.ts';
import { cosignatureKeyId, cosignatureMessage, packCosignature } from '../log/cosignature.ts';
import { parseNote } from '../log/note.ts';
import { verifyConsistency } from '../log/proof.ts';
import type { Signer } from '../ports.ts';
import { formatLines, parseAddCheckpoint } from './add-checkpoint.ts';

/** The last checkpoint of a log that the witness cosigned. */
export interface Seen {
  size: number;
  root: Uint8Array;
}

/** What a witness knows and holds. */
export interface WitnessTerms {
  /** Its name, as in its verifier key. */
  name: string;
  signer: Signer;
  /** The verifier keys that it takes for the log of this origin; none for a log that it does not watch. */
  keysOf(origin: string): readonly string[];
  lastSeen(origin: string): Promise<Seen | undefined>;
  /** Durable when it returns. False where the log has another last checkpoint by now than `before`. */
  remember(origin: string, before: Seen | undefined, seen: Seen): Promise<boolean>;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** An answer of HTTP. */
export interface WitnessAnswer {
  status: 200 | 400 | 403 | 404 | 409 | 422;
  body: string;
  type?: 'text/x.tlog.size';
}

/**
 * Decides on a request of `add-checkpoint` (C2SP tlog-witness): a checkpoint that extends the last one that was seen is
 * remembered and then cosigned; of two that contradict each other, never both.
 */
export async function addCheckpoint(body: string, terms: WitnessTerms): Promise<WitnessAnswer> {
  const request = parseAddCheckpoint(body);
  const said = request && readCheckpoint(request.checkpoint);
  if (!request || !said)
    return { status: 400, body: 'expected old, a proof, an empty line and a checkpoint\n' };
  const keys = terms.keysOf(said.origin);
  if (keys.length === 0) return { status: 404, body: 'this witness does not watch a log of this origin\n' };
  const attempts = keys.map((key) => openCheckpoint(request.checkpoint, key));
  const opened = attempts.find((attempt) => attempt.ok);
  if (!opened?.ok) return { status: 403, body: 'the checkpoint is not signed by a key of this log\n' };
  const { origin, size, root } = opened.checkpoint;
  if (request.old > size) return { status: 400, body: 'old is larger than the checkpoint\n' };

  const before = await terms.lastSeen(origin);
  if (request.old !== (before?.size ?? 0)) return conflict(before);
  if (before?.size === size && !equalBytes(before.root, root)) return conflict(before);
  if (before && size > before.size) {
    const extended = verifyConsistency(before, opened.checkpoint, request.proof);
    if (!extended.ok) return { status: 422, body: 'the consistency proof does not hold\n' };
  } else if (request.proof.length > 0) return { status: 422, body: 'expected no consistency proof\n' };
  if (!(await terms.remember(origin, before, { size, root }))) return conflict(await terms.lastSeen(origin));

  const time = Math.floor(terms.now() / 1_000);
  const { text = '' } = parseNote(request.checkpoint) ?? {};
  const signature = await terms.signer.sign(cosignatureMessage(time, text));
  const keyId = cosignatureKeyId(terms.name, await terms.signer.publicKey());
  const line = { name: terms.name, keyId, signature: packCosignature(time, signature) };
  return { status: 200, body: formatLines([line]) };
}

function conflict(seen: Seen | undefined): WitnessAnswer {
  return { status: 409, body: `${seen?.size ?? 0}\n`, type: 'text/x.tlog.size' };
}
