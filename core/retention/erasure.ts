import { z } from 'zod';
import { sha256 } from '#crypto';
import { type DigestText, toDigestText, utf8 } from '../encoding.ts';
import { SCHEMA_VERSION, SELF_AGENT_ID } from '../event/envelope.ts';
import { type AuditEvent, type EventOf, userIdOf } from '../event/event.ts';
import { mintEventId } from '../event/ids.ts';
import { formatTimestamp } from '../event/time.ts';
import { short } from '../event/values.ts';
import { HEAD_KEY } from '../index/keys.ts';
import { paddedIndex } from '../index/packing.ts';
import type { Item, RecordsReader } from '../ports.ts';
import type { HoldFilter } from './hold.ts';

/** Whose personal fields go: a subject, by its pseudonym, or the user that emitters gave. */
export type ErasureTarget = { kind: 'subject'; type: string; id: string } | { kind: 'user'; id: string };

export const ERASURE_STATUSES = ['queued', 'running', 'blocked', 'done'] as const;

/** What an erasure finds. */
export interface Found {
  /** Records about the target that still had something to erase. */
  records: number;
  /** Which fields, with `*` for positions, and how many of each. */
  fields: { pointer: string; count: number }[];
  /** The holds that keep some of them. */
  blocked: { hold_id: string; records: number }[];
  /** Exports with personal fields that were made before: copies that left are not in our hands. */
  exports: { export_id: string; at: string }[];
}

/** A request to erase. Times are milliseconds since the Unix epoch. */
export interface Erasure {
  erasureId: string;
  target: ErasureTarget;
  /** The reference of the request that it answers. */
  request: string;
  requestedAt: number;
  requestedBy: { type: 'token' | 'user' | 'operator'; id: string };
  requestId: string;
  /** Looks and changes nothing. */
  preview: boolean;
  status: (typeof ERASURE_STATUSES)[number];
  /** Records below this index are looked at: the log as it was when the erasure began. */
  treeSize?: number;
  found?: Found;
  finishedAt?: number;
  /** Name of the certificate in the archive. */
  document?: string;
}

/** The erasures of one tenant. */
export interface ErasureRegistry {
  /** The oldest first. */
  list(): Promise<Erasure[]>;
  get(erasureId: string): Promise<Erasure | undefined>;
  add(erasure: Erasure): Promise<void>;
  /** Keeps how far it is. */
  update(erasure: Erasure): Promise<void>;
}

/** What was erased, and what is beyond our reach. */
export interface ErasureCertificate extends Found {
  certificate_version: 1;
  erasure_id: string;
  tenant: string;
  origin: string;
  target: ErasureTarget;
  request: string;
  requested_at: string;
  requested_by: Erasure['requestedBy'];
  finished_at: string;
  tree_size: number;
}

export function erasureObject(erasureId: string): string {
  return `erasure/${erasureId}.json`;
}

export function encodeErasure(certificate: ErasureCertificate): Uint8Array {
  return utf8(`${JSON.stringify(certificate, null, 1)}\n`);
}

/** The filter that finds the target's records. */
export function filterOf(target: ErasureTarget): HoldFilter {
  return target.kind === 'user' ? { user_id: target.id } : { subject: { type: target.type, id: target.id } };
}

/** The record of an erasure. Id and time follow from it: who says it again makes the same event. */
export function erasureEvent(
  erasure: Erasure,
  certificate: ErasureCertificate,
  version: string,
): EventOf<'ERASURE_PERFORMED'> {
  const { erasureId, target, request, requestedBy, requestId } = erasure;
  const at = Date.parse(certificate.finished_at);
  const digest = sha256(utf8(`${erasureId}\nerased`));
  const document: DigestText = toDigestText(sha256(encodeErasure(certificate)));
  return {
    schema_version: SCHEMA_VERSION,
    event_id: mintEventId(at, { octets: (length) => digest.slice(0, length) }),
    event_type: 'ERASURE_PERFORMED',
    occurred_at: formatTimestamp(at),
    agent: { id: SELF_AGENT_ID, version },
    payload: {
      actor: requestedBy,
      target: { type: target.kind, id: target.id },
      after: {
        erasure_id: erasureId,
        tree_size: certificate.tree_size,
        records: certificate.records,
        fields: certificate.fields.reduce((sum, { count }) => sum + count, 0),
        document: erasureObject(erasureId),
        document_sha256: document,
      },
      reason: request,
      request_id: requestId,
    },
  };
}

/** An erasure as readers see it beside the records that it is about. */
export interface Erased {
  erasure_id: string;
  erased_at: string;
  erased_by: { type: string; id: string };
  request: string;
}

const said = z.looseObject({
  actor: z.looseObject({ type: short(), id: short() }),
  target: z.looseObject({ type: z.enum(['subject', 'user']), id: short() }),
  after: z.looseObject({ erasure_id: short(), tree_size: z.int().nonnegative() }),
  reason: z.string(),
});

const PREFIX = 'ERASED#';
const itemSchema = z.object({
  erased: z.string(),
  target_type: z.string(),
  target: z.string(),
  tree_size: z.int(),
});

/** What the table keeps of a record of an erasure, so that readers can tell what is not there; undefined for any other. */
export function erasedItem(
  index: number,
  { event_type, occurred_at, payload }: AuditEvent,
): Item | undefined {
  if (event_type !== 'ERASURE_PERFORMED') return undefined;
  const { data } = said.safeParse(payload);
  if (!data) return undefined;
  const { type, id } = data.actor;
  const erased: Erased = {
    erasure_id: data.after.erasure_id,
    erased_at: occurred_at,
    erased_by: { type, id },
    request: data.reason,
  };
  return {
    pk: HEAD_KEY.pk,
    sk: `${PREFIX}${paddedIndex(index)}`,
    erased: JSON.stringify(erased),
    target_type: data.target.type,
    target: data.target.id,
    tree_size: data.after.tree_size,
  };
}

/** Tells of a record whether, when and by whom its personal fields were erased. */
export type ErasureLookUp = (index: number, event: AuditEvent) => Erased | undefined;

/** All erasures that the log tells of. */
export async function readErasures(table: Pick<RecordsReader, 'query'>): Promise<ErasureLookUp> {
  const items: z.infer<typeof itemSchema>[] = [];
  let after: string | undefined;
  do {
    const range = { pk: HEAD_KEY.pk, from: PREFIX, to: `${PREFIX}~` };
    const page = await table.query({ ...range, ...(after === undefined ? {} : { after }) });
    items.push(...page.items.map((item) => itemSchema.parse(item)));
    after = page.next;
  } while (after !== undefined);
  return (index, event) => {
    const subjects = new Set((event.subjects ?? []).map(({ id }) => id));
    const user = userIdOf(event);
    const found = items.find(
      ({ target_type, target, tree_size }) =>
        index < tree_size && (target_type === 'subject' ? subjects.has(target) : user === target),
    );
    return found && (JSON.parse(found.erased) as Erased);
  };
}
