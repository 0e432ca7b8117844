import { AuditError } from '../errors.ts';
import type { Item, RecordsReader } from '../ports.ts';
import { HEAD_KEY } from './keys.ts';
import { paddedIndex } from './packing.ts';

/** A change of the signing key, as the table holds it beside the head. */
export interface RotationItem {
  /** Size of the tree whose checkpoint both keys signed; the new key signs all larger ones. */
  firstSize: number;
  /** Verifier keys. */
  previous: string;
  verifierKey: string;
  /** Of the `KEY_ROTATED` record, the last leaf of that tree. */
  eventId: string;
}

const PREFIX = 'KEY#';

export function rotationItem({ firstSize, previous, verifierKey, eventId }: RotationItem): Item {
  return {
    pk: HEAD_KEY.pk,
    sk: `${PREFIX}${paddedIndex(firstSize)}`,
    first_size: firstSize,
    previous,
    verifier_key: verifierKey,
    event_id: eventId,
  };
}

/** All changes of the key, the oldest first. */
export async function readRotations(table: Pick<RecordsReader, 'query'>): Promise<RotationItem[]> {
  const found: RotationItem[] = [];
  let after: string | undefined;
  do {
    const range = { pk: HEAD_KEY.pk, from: PREFIX, to: `${PREFIX}~` };
    const page = await table.query({ ...range, ...(after === undefined ? {} : { after }) });
    found.push(...page.items.map(unpack));
    after = page.next;
  } while (after !== undefined);
  return found;
}

function unpack({ sk, first_size, previous, verifier_key, event_id }: Item): RotationItem {
  if (
    typeof first_size !== 'number' ||
    typeof previous !== 'string' ||
    typeof verifier_key !== 'string' ||
    typeof event_id !== 'string'
  ) {
    throw new AuditError('integrity', `not an item of a key rotation: ${sk}`);
  }
  return { firstSize: first_size, previous, verifierKey: verifier_key, eventId: event_id };
}
