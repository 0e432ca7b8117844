import { AuditError, isAuditError } from '../errors.ts';
import { parseWitnessKey, verifyCosignature } from '../log/cosignature.ts';
import { type NoteSignature, parseNote, type VerifierKey } from '../log/note.ts';
import { consistencyProof } from '../log/proof.ts';
import { nodesOfTiles } from '../log/tile-reader.ts';
import { type LogReader, readHead } from '../query/log-reader.ts';
import { tilesOf } from '../query/tile-source.ts';
import { formatAddCheckpoint, parseLines } from './add-checkpoint.ts';
import { type CosignatureStore, MAX_WITNESSES } from './cosignatures.ts';

/** A witness as the tenant's file names it. */
export interface Witness {
  /** Prefix of the witness's submissions, without a slash at the end. */
  url: string;
  /** Of type 0x04; its name is the witness's. */
  verifierKey: string;
}

/** Asks a witness: what it answered, or `unavailable`. */
export type AskWitness = (url: string, body: string) => Promise<{ status: number; body: string }>;

export type WitnessOutcome =
  | { witness: string; outcome: 'cosigned' | 'known'; size: number }
  /**
   * `problem` is ours to word; nothing of what the witness said stands in it but numbers. `contradicts`: the witness saw
   * another log than this one, which a person has to look into.
   */
  | { witness: string; outcome: 'failed'; problem: string; contradicts: boolean };

/**
 * Has the last final checkpoint cosigned by each of `witnesses`, beside one another. None of them can stop the log: what fails is
 * an outcome, and the next checkpoint asks again, from whatever size the witness says that it knows.
 */
export async function cosignLatest(
  reader: Pick<LogReader, 'heads' | 'table' | 'archive'>,
  witnesses: readonly Witness[],
  ports: { store: Pick<CosignatureStore, 'last' | 'keep'>; ask: AskWitness },
): Promise<WitnessOutcome[]> {
  const { finalSize: size, checkpoint } = await readHead(reader);
  return await Promise.all(
    witnesses.slice(0, MAX_WITNESSES).map(async (witness): Promise<WitnessOutcome> => {
      const key = parseWitnessKey(witness.verifierKey);
      if (!key) throw new AuditError('misconfigured', 'the verifier key of a witness is none of type 0x04');
      try {
        const last = await ports.store.last(key.name);
        if (last && last.size >= size) return { witness: key.name, outcome: 'known', size: last.size };
        const { line, time } = await submit(
          witness.url,
          key,
          last?.size ?? 0,
          { size, checkpoint },
          reader,
          ports.ask,
        );
        await ports.store.keep({ witness: key.name, size, line, time });
        return { witness: key.name, outcome: 'cosigned', size };
      } catch (error) {
        if (!isAuditError(error, 'unavailable', 'malformed', 'integrity')) throw error;
        const contradicts = error.code === 'integrity';
        return { witness: key.name, outcome: 'failed', problem: error.message, contradicts };
      }
    }),
  );
}

async function submit(
  url: string,
  key: VerifierKey,
  known: number,
  { size, checkpoint }: { size: number; checkpoint: string },
  reader: Pick<LogReader, 'heads' | 'table' | 'archive'>,
  ask: AskWitness,
): Promise<{ line: NoteSignature; time: number }> {
  let old = known;
  for (let attempt = 0; attempt < 2; attempt++) {
    const nodes = nodesOfTiles(size, tilesOf(size, reader.table, reader.archive));
    const proof = await consistencyProof(old, size, nodes);
    const answer = await ask(url, formatAddCheckpoint({ old, proof, checkpoint }));
    if (answer.status === 200) return cosignatureIn(answer.body, key, checkpoint);
    if (answer.status === 422) throw new AuditError('integrity', 'the witness answered 422');
    if (answer.status !== 409) throw new AuditError('unavailable', `the witness answered ${answer.status}`);
    const [, theirs = ''] = /^(0|[1-9][0-9]{0,15})\n$/.exec(answer.body) ?? [];
    if (theirs === '') throw new AuditError('malformed', 'the witness named no size with its refusal');
    const seen = Number(theirs);
    // It knows more than there is, or another tree of this size: it lies, or the log was cut off or rewritten.
    const moved = seen > size && (await readHead(reader)).finalSize >= seen;
    if (moved) throw new AuditError('unavailable', 'the log moved on meanwhile');
    if (seen > size || seen === old)
      throw new AuditError('integrity', `the witness knows another log of ${seen} records`);
    old = seen;
  }
  throw new AuditError('unavailable', 'the witness named two sizes in a row');
}

function cosignatureIn(body: string, key: VerifierKey, checkpoint: string) {
  const text = parseNote(checkpoint)?.text ?? '';
  for (const line of parseLines(body) ?? []) {
    const cosignature = verifyCosignature(line, key, text);
    if (cosignature) return { line, time: cosignature.time };
  }
  throw new AuditError('malformed', 'what the witness answered is not its cosignature of the checkpoint');
}
