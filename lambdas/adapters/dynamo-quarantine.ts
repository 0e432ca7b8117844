import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { formatTimestamp } from '../../core/event/time.ts';
import type { Quarantine, QuarantineEntry } from '../../core/ingest/quarantine.ts';
import type { WorkStore } from '../../core/ports.ts';
import { awsCall } from './aws-call.ts';

const WHAT = 'the quarantine';
const KEPT_MS = 90 * 86_400_000;
const AT_ONCE = 16;

/** Partition of the look-ups by event id and content hash. Roles reach it by its beginning (lib/constructs/control-items.ts). */
export const LOOK_UPS = 'QUARANTINE#REFUSED';

/** The quarantine: its index in the control table (partitions `QUARANTINE` and `LOOK_UPS`), what was refused in the work bucket. */
export class DynamoQuarantine implements Quarantine {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #work: Pick<WorkStore, 'write'>;

  constructor(client: DynamoDBDocumentClient, table: string, work: Pick<WorkStore, 'write'>) {
    this.#client = client;
    this.#table = table;
    this.#work = work;
  }

  /** The index item is written last: once it stands, body and look-ups do too. */
  async add(entry: QuarantineEntry): Promise<boolean> {
    if (entry.body) await this.#work.write(bodyKey(entry), entry.body);
    await Promise.all(lookUps(entry).map((item) => this.#put(item)));
    try {
      await this.#put(indexItem(entry), 'attribute_not_exists(reported)');
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async markReported(entries: readonly QuarantineEntry[]): Promise<void> {
    for (let start = 0; start < entries.length; start += AT_ONCE) {
      const some = entries.slice(start, start + AT_ONCE);
      await Promise.all(some.map((entry) => this.#put({ ...indexItem(entry), reported: true })));
    }
  }

  async #put(item: Record<string, unknown>, condition?: string): Promise<void> {
    const command = new PutCommand({
      TableName: this.#table,
      Item: item,
      ...(condition !== undefined && { ConditionExpression: condition }),
    });
    await awsCall(WHAT, () => this.#client.send(command));
  }
}

function bodyKey({ id }: QuarantineEntry): string {
  return `quarantine/${id}`;
}

/** Sorted by the time at which the message came in, which a redelivery does not change. */
function indexItem(entry: QuarantineEntry): Record<string, unknown> {
  const { id, code, detail, digest, bytes, source, emitterId, eventId, contentHash } = entry;
  return {
    pk: 'QUARANTINE',
    sk: `${String(entry.receivedAt).padStart(15, '0')}#${id}`,
    quarantine_id: id,
    code,
    detail,
    digest,
    bytes,
    source,
    ...(emitterId !== undefined && { emitter_id: emitterId }),
    ...(eventId !== undefined && { event_id: eventId }),
    ...(contentHash !== undefined && { content_hash: contentHash }),
    received_at: formatTimestamp(entry.receivedAt),
    refused_at: formatTimestamp(entry.refusedAt),
    ...(entry.body && { body: bodyKey(entry) }),
    expires_at: expiryOf(entry),
  };
}

function lookUps(entry: QuarantineEntry): Record<string, unknown>[] {
  const { id, code, detail, eventId, contentHash } = entry;
  return [eventId, contentHash]
    .filter((name) => name !== undefined)
    .map((name) => ({
      pk: LOOK_UPS,
      sk: name,
      quarantine_id: id,
      code,
      detail,
      expires_at: expiryOf(entry),
    }));
}

/** Seconds, as DynamoDB's time to live wants it. */
function expiryOf({ refusedAt }: QuarantineEntry): number {
  return Math.floor((refusedAt + KEPT_MS) / 1_000);
}
