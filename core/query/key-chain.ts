import type { z } from 'zod';
import { AuditError } from '../errors.ts';
import { readRotations } from '../index/rotation-item.ts';
import { inclusionProofs } from '../log/tile-reader.ts';
import { inclusionJson } from '../receipt/entry.ts';
import type { keyChainSchema } from '../receipt/key-chain.ts';
import { batchOf } from './batches.ts';
import { type LogReader, readHead } from './log-reader.ts';
import { readRecords } from './records.ts';
import { tilesOf } from './tile-source.ts';

type Chain = z.input<typeof keyChainSchema>;

/** The verifier key that the log began with: the one that everything verifies from. */
export async function readFirstKey(reader: Pick<LogReader, 'heads' | 'table'>): Promise<string> {
  const { verifierKey, finalSize } = await readHead(reader);
  const [first] = await readRotations(reader.table);
  return first && first.firstSize <= finalSize ? first.previous : verifierKey;
}

/** The keys of the log with what shows that each follows from the one before it. */
export async function readKeyChain(reader: LogReader): Promise<Chain> {
  const { finalSize } = await readHead(reader);
  const keys: Chain['keys'] = [{ verifier_key: await readFirstKey(reader), first_size: 0 }];
  for (const { firstSize, verifierKey, eventId } of await readRotations(reader.table)) {
    if (firstSize > finalSize) break; // committed, not yet signed
    keys.push({
      verifier_key: verifierKey,
      first_size: firstSize,
      rotation: await readRotation(reader, { firstSize, eventId }, finalSize),
    });
  }
  return { keys };
}

async function readRotation(
  reader: LogReader,
  { firstSize, eventId }: { firstSize: number; eventId: string },
  finalSize: number,
): Promise<NonNullable<Chain['keys'][number]['rotation']>> {
  const stored = (await readRecords(reader, [eventId])).get(eventId);
  if (stored?.index !== firstSize - 1)
    throw new AuditError('integrity', `the record of the rotation at size ${firstSize} is not there`);
  const { checkpoint } = await batchOf(reader.table, stored.index);
  const tiles = tilesOf(finalSize, reader.table, reader.archive);
  const [path = []] = await inclusionProofs([stored.index], firstSize, tiles);
  return { record: stored.record, proof: inclusionJson(stored.index, firstSize, path), checkpoint };
}
