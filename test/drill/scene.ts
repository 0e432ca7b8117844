import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import { AuditError } from '../../core/errors.ts';
import { batchKey, eventKey, HEAD_KEY } from '../../core/index/keys.ts';
import type { Head, Item, ItemKey } from '../../core/ports.ts';
import type { LogReader } from '../../core/query/log-reader.ts';
import { findReceipt } from '../../core/query/receipt.ts';
import { append } from '../../core/sequencer/append.ts';
import { openLog } from '../../core/sequencer/genesis.ts';
import type { Log } from '../../core/sequencer/log.ts';
import { systemClock, systemRandom } from '../../lambdas/adapters/system.ts';
import { candidates } from '../support/candidates.ts';
import { makeStores, type OwnStores, type Place, wireOwnLog, wireOwnReader } from '../support/own-log.ts';

/** A record with its receipt, as the API gives it. */
type Found = Extract<Awaited<ReturnType<typeof findReceipt>>, { outcome: 'recorded' }>['found'];

/**
 * A log of its own on the real services of the local cloud, in which a crime is committed: its tables, buckets and keys, the
 * operator's powers over them, and what a tenant kept from before.
 */
export interface Scene {
  own: OwnStores;
  log: Log;
  reader: LogReader;
  documents: DynamoDBDocumentClient;
  verifierKey: string;
  /** Of all records, in the order of the log. */
  eventIds: string[];
  /** What the tenant kept: the checkpoint before the last batch, the last one, and the receipt of the victim. */
  kept: { older: string; newest: string; receipt: Found };
  /** The whole table before the last batch. */
  backup: Item[];
  /** The record that most crimes are about. */
  victim: number;
}

const BATCHES = 3; // of four records each, of which the last is the tail
const VICTIM = 5;

/** Makes a log with `first` records in its first batch, and three small batches after it. */
export async function makeScene(name: string, place: Place, first: number): Promise<Scene> {
  const own = await makeStores(name, place);
  try {
    const origin = `audit.example.com/${name}/00000000`;
    const log = wireOwnLog(own.stores, own.clients, { origin, clock: systemClock, random: systemRandom });
    const documents = DynamoDBDocumentClient.from(own.clients.dynamo);
    const { verifierKey } = await openLog(log);
    const eventIds = await write(log, first);
    for (let batch = 1; batch < BATCHES; batch++) eventIds.push(...(await write(log, 4)));
    const older = (await headOf(log)).checkpoint;
    const backup = await allItems(own, documents);
    eventIds.push(...(await write(log, 4)));
    const reader = wireOwnReader(own, log);
    const receipt = await receiptOf(reader, eventIds[VICTIM] ?? '');
    const kept = { older, newest: (await headOf(log)).checkpoint, receipt };
    return { own, log, reader, documents, verifierKey, eventIds, kept, backup, victim: VICTIM };
  } catch (error) {
    await own.destroy();
    throw error;
  }
}

/** Writes `count` records and returns their ids. */
export async function write(log: Log, count: number): Promise<string[]> {
  const batch = candidates(count);
  await append(batch, { policyVersion: 1, deadline: Date.now() + 30_000 }, log);
  return batch.map(({ eventId }) => eventId);
}

export async function headOf({ heads }: Pick<Log, 'heads'>): Promise<Head> {
  const head = await heads.read();
  if (!head) throw new Error('there is no head');
  return head;
}

export async function receiptOf(reader: LogReader, eventId: string): Promise<Found> {
  const answer = await findReceipt({ ...reader, quarantine: { refused: async () => undefined } }, eventId);
  if (answer.outcome !== 'recorded') throw new AuditError('not_found', `${eventId} is not in the log`);
  return answer.found;
}

/** The item of the record at `index`. */
export function recordItem(scene: Scene, index: number): Promise<Item> {
  return readItem(scene, eventKey(scene.eventIds[index] ?? ''));
}

/** The item of the batch that begins with `first`. */
export function batchItem(scene: Scene, first: number): Promise<Item> {
  return readItem(scene, batchKey(first));
}

async function readItem({ own, documents }: Scene, key: ItemKey): Promise<Item> {
  const { Item } = await documents.send(
    new GetCommand({ TableName: own.stores.records, Key: { pk: key.pk, sk: key.sk }, ConsistentRead: true }),
  );
  if (!Item) throw new Error(`no item ${key.pk} ${key.sk}`);
  return Item as Item;
}

/** What an administrator can do to any item, whatever the writer thinks of it. */
export async function putItem({ own, documents }: Scene, item: object): Promise<void> {
  await documents.send(new PutCommand({ TableName: own.stores.records, Item: item }));
}

export async function deleteItem({ own, documents }: Scene, { pk, sk }: ItemKey): Promise<void> {
  await documents.send(new DeleteCommand({ TableName: own.stores.records, Key: { pk, sk } }));
}

/** Changes attributes of the head, as an administrator can. */
export async function changeHead(scene: Scene, changes: object): Promise<void> {
  await putItem(scene, { ...(await readItem(scene, HEAD_KEY)), ...changes });
}

/** Makes the table what it was. */
export async function restoreBackup(scene: Scene): Promise<void> {
  for (const item of await allItems(scene.own, scene.documents)) await deleteItem(scene, item);
  for (const item of scene.backup) await putItem(scene, item);
}

export async function allItems({ stores }: OwnStores, documents: DynamoDBDocumentClient): Promise<Item[]> {
  const items: Item[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new ScanCommand({
        TableName: stores.records,
        ConsistentRead: true,
        ...(from && { ExclusiveStartKey: from }),
      }),
    );
    items.push(...((page.Items ?? []) as Item[]));
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
}
