import { CreateKeyCommand, DisableKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { fromUtf8, utf8 } from '../../core/encoding.ts';
import { canonicalBytes, contentHash } from '../../core/event/canonical.ts';
import { eventItem, unpackEvent } from '../../core/index/event-item.ts';
import { checkpointObject, commitObject, eventKey, postingPartition } from '../../core/index/keys.ts';
import { postingItems } from '../../core/index/posting.ts';
import { checkpointText, signCheckpoint } from '../../core/log/checkpoint.ts';
import { leafHash } from '../../core/log/merkle.ts';
import { formatVerifierKey } from '../../core/log/note.ts';
import { tilePath } from '../../core/log/tile.ts';
import { zlibCodec } from '../../lambdas/adapters/zlib-codec.ts';
import { candidates } from '../support/candidates.ts';
import { MemoryCloud } from '../support/memory-cloud.ts';
import {
  allItems,
  batchItem,
  changeHead,
  deleteItem,
  headOf,
  putItem,
  recordItem,
  restoreBackup,
  type Scene,
  write,
} from './scene.ts';

/** Something that an administrator of the account can do, and must not be able to do unseen. */
export interface Crime {
  name: string;
  how: string;
  /** Records of the first batch: 260 where the crime needs a full tile. */
  records?: number;
  commit: (scene: Scene) => Promise<void>;
}

export const CRIMES: readonly Crime[] = [
  {
    name: 'edit a record',
    how: 'another agent in the leaf of its item',
    commit: (scene) => editLeaf(scene, (leaf) => leaf.replace('refund-agent', 'other-agent!')),
  },
  {
    name: 'edit a record and its hashes',
    how: 'the leaf, and to match it its content hash, leaf hash and batch item',
    commit: editWithHashes,
  },
  {
    name: 'change a time',
    how: 'recorded_at of a record, a year back',
    commit: (scene) => editLeaf(scene, (leaf) => leaf.replace(/("recorded_at":")\d{4}/, '$12025')),
  },
  {
    name: 'delete a record',
    how: 'its item taken out of the table',
    commit: (scene) => deleteItem(scene, eventKey(scene.eventIds[scene.victim] ?? '')),
  },
  {
    name: 'insert a record',
    how: 'an item of its own and an entry in the list of everything',
    commit: insert,
  },
  { name: 'swap two records', how: "their contents under each other's id", commit: swap },
  {
    name: 'truncate the tail',
    how: 'head put back by a batch, items of the tail deleted',
    commit: truncate,
  },
  { name: 'roll the table back', how: 'a backup restored over it', commit: restoreBackup },
  { name: 're-sign with another key', how: "the last checkpoint, by a key of one's own", commit: resign },
  { name: 'fork the head', how: 'another root for the same size, signed with the true key', commit: fork },
  {
    name: 'replace a tile',
    how: 'a second version of tile/0/000 with another hash',
    records: 260,
    commit: replaceTile,
  },
  {
    name: 'drop a batch',
    how: 'its object deleted by version, as if its lock had ended',
    commit: ({ own, victim }) => destroyObject(own, commitObject(victim - (victim % 4))),
  },
  {
    name: 'write over a batch',
    how: 'a second version of its object',
    commit: ({ own }) => putObject(own, commitObject(4), utf8('nothing')),
  },
  {
    name: 'put a delete marker on a batch',
    how: 'its object deleted without a version',
    commit: async ({ own: { clients, stores } }) => {
      await clients.s3.send(new DeleteObjectCommand({ Bucket: stores.archive, Key: commitObject(4) }));
    },
  },
  {
    name: 'edit a receipt',
    how: 'another content hash in the copy that the tenant keeps',
    commit: async ({ kept }) => {
      const { receipt } = kept.receipt;
      receipt.content_hash = `sha256:${'0'.repeat(64)}`;
    },
  },
  {
    name: 'disable the signing key',
    how: 'kms:DisableKey',
    commit: async ({ own: { clients, stores } }) => {
      await clients.kms.send(new DisableKeyCommand({ KeyId: stores.keyId }));
    },
  },
  {
    name: 'delete the encryption key',
    how: 'kms:ScheduleKeyDeletion; the emulator encrypts nothing, so what it makes unreadable, the table, is emptied',
    commit: deleteEncryptionKey,
  },
  {
    name: 'cut the tail off everywhere',
    how: 'table rolled back, and the batch and checkpoint of the tail destroyed in the archive',
    commit: cutTailEverywhere,
  },
  {
    name: 'write another tail',
    how: 'the same, and other records in its place, signed with the true key',
    commit: async (scene) => {
      await cutTailEverywhere(scene);
      await write(scene.log, 4);
    },
  },
];

async function editLeaf(scene: Scene, edit: (leaf: string) => string, index = scene.victim): Promise<void> {
  const item = await recordItem(scene, index);
  const before = fromUtf8(unpackEvent(item, zlibCodec).leaf);
  const after = edit(before);
  if (after === before) throw new Error('the crime changed nothing');
  const { z: _z, r: _r, ...rest } = item;
  await putItem(scene, { ...rest, r: utf8(after) });
}

async function editWithHashes(scene: Scene): Promise<void> {
  const item = await recordItem(scene, scene.victim);
  const event = unpackEvent(item, zlibCodec);
  const record = JSON.parse(fromUtf8(event.leaf));
  record.event.agent.id = 'other-agent';
  record.content_hash = contentHash(record.event);
  const leaf = canonicalBytes(record);
  await putItem(scene, eventItem({ ...event, leaf, leafHash: leafHash(leaf) }, zlibCodec));
  const first = scene.victim - (scene.victim % 4);
  const batch = await batchItem(scene, first);
  const entries = Uint8Array.from(batch['entries'] as Uint8Array);
  entries.set(leafHash(leaf), (scene.victim - first) * 55 + 23); // 55 octets an entry, of which the last 32 are the hash
  await putItem(scene, { ...batch, entries });
}

async function insert(scene: Scene): Promise<void> {
  const [forged] = candidates(1);
  if (!forged) throw new Error('no candidate');
  const leaf = forged.leaf(Date.now());
  const { eventId, dedupeTag } = forged;
  await putItem(
    scene,
    eventItem({ eventId, index: scene.victim, leafHash: leafHash(leaf), dedupeTag, leaf }, zlibCodec),
  );
  const everything = postingPartition(scene.log.keys.index, 'category', 'agent');
  const entry = { index: scene.victim, eventId, occurredAt: Date.now(), type: 'MESSAGE_EXCHANGED' as const };
  for (const item of postingItems(everything, scene.victim, [entry])) await putItem(scene, item);
}

async function swap(scene: Scene): Promise<void> {
  const [one, other] = await Promise.all(
    [scene.victim, scene.victim + 1].map((index) => recordItem(scene, index)),
  );
  if (!one || !other) throw new Error('there are no two records');
  const content = ({ pk: _pk, sk: _sk, i: _i, ...rest }: typeof one) => rest;
  await putItem(scene, { pk: one.pk, sk: one.sk, i: one['i'], ...content(other) });
  await putItem(scene, { pk: other.pk, sk: other.sk, i: other['i'], ...content(one) });
}

async function truncate(scene: Scene): Promise<void> {
  const kept = new Set(scene.backup.map(({ pk, sk }) => `${pk} ${sk}`));
  const head = scene.backup.find(({ pk, sk }) => pk === 'LOG' && sk === 'HEAD');
  for (const item of await allItems(scene.own, scene.documents)) {
    if (!kept.has(`${item.pk} ${item.sk}`)) await deleteItem(scene, item);
  }
  if (head) await putItem(scene, head);
}

async function resign(scene: Scene): Promise<void> {
  const own = new MemoryCloud(new Uint8Array(32).fill(66)).signer();
  const { size, root } = await headOf(scene.log);
  const key = formatVerifierKey(scene.log.origin, await own.publicKey());
  const text = checkpointText(scene.log.origin, size, root);
  await changeHead(scene, { checkpoint: await signCheckpoint(text, key, (message) => own.sign(message)) });
}

async function fork(scene: Scene): Promise<void> {
  const { size } = await headOf(scene.log);
  const root = new Uint8Array(32).fill(66);
  const text = checkpointText(scene.log.origin, size, root);
  const checkpoint = await signCheckpoint(text, scene.verifierKey, (message) =>
    scene.log.signers[0].sign(message),
  );
  await changeHead(scene, { root, checkpoint });
}

async function replaceTile({ own }: Scene): Promise<void> {
  const path = tilePath(0, 0);
  const tile = await readObject(own, path);
  const altered = Uint8Array.from(tile);
  altered.set(new Uint8Array(32).fill(66), 7 * 32);
  await putObject(own, path, altered);
}

async function deleteEncryptionKey(scene: Scene): Promise<void> {
  const { KeyMetadata } = await scene.own.clients.kms.send(new CreateKeyCommand({}));
  await scene.own.clients.kms.send(
    new ScheduleKeyDeletionCommand({ KeyId: KeyMetadata?.KeyId, PendingWindowInDays: 7 }),
  );
  for (const item of await allItems(scene.own, scene.documents)) await deleteItem(scene, item);
}

async function cutTailEverywhere(scene: Scene): Promise<void> {
  const { size } = await headOf(scene.log);
  await restoreBackup(scene);
  const before = await headOf(scene.log);
  await destroyObject(scene.own, commitObject(before.size));
  await destroyObject(scene.own, checkpointObject(size));
}

type Own = Scene['own'];

async function readObject({ clients, stores }: Own, Key: string): Promise<Uint8Array> {
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: stores.archive, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

async function putObject({ clients, stores }: Own, Key: string, Body: Uint8Array): Promise<void> {
  await clients.s3.send(new PutObjectCommand({ Bucket: stores.archive, Key, Body }));
}

/** All versions, as an administrator can once the lock has ended (and in mode governance before). */
async function destroyObject({ clients, stores }: Own, Key: string): Promise<void> {
  const { Versions = [] } = await clients.s3.send(
    new ListObjectVersionsCommand({ Bucket: stores.archive, Prefix: Key }),
  );
  if (Versions.length === 0) throw new Error(`there is no ${Key} to destroy`);
  for (const { VersionId } of Versions) {
    await clients.s3.send(
      new DeleteObjectCommand({ Bucket: stores.archive, Key, VersionId, BypassGovernanceRetention: true }),
    );
  }
}
