import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { canonicalBytes, contentHash } from '../../../core/event/canonical.ts';
import { eventItem, unpackEvent } from '../../../core/index/event-item.ts';
import { eventKey } from '../../../core/index/keys.ts';
import { leafHash } from '../../../core/log/merkle.ts';
import { parseLeaf } from '../../../core/record/record.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { operatorConfig } from '../../local/support/aws.ts';
import type { LocalTenant } from '../../local/support/local-tenants.ts';

/**
 * What somebody with the operator's rights can do to one record. `cunning`: the stored hashes are made to fit, so that
 * the API notices nothing, and only the signed tree tells. `clumsy`: they are left as they were. Answers what restores it.
 */
export async function tamper(
  tenant: LocalTenant,
  eventId: string,
  change: (payload: Record<string, unknown>) => void,
  how: 'cunning' | 'clumsy',
): Promise<() => Promise<void>> {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(operatorConfig(tenant)));
  const put = async (item: Record<string, unknown>) => {
    await table.send(new PutCommand({ TableName: tenant.records_table, Item: item }));
  };
  const { Item: before } = await table.send(
    new GetCommand({ TableName: tenant.records_table, Key: eventKey(eventId), ConsistentRead: true }),
  );
  if (!before) throw new Error(`no record of ${eventId}`);
  const stored = unpackEvent(before as Parameters<typeof unpackEvent>[0], zlibCodec);
  const record = parseLeaf(stored.leaf);
  change(record.event.payload as Record<string, unknown>);
  record.content_hash = contentHash(record.event);
  const leaf = canonicalBytes(record);
  const hash = how === 'cunning' ? leafHash(leaf) : stored.leafHash;
  const { r: _, z: __, ...rest } = before; // one of the two holds the leaf
  await put({ ...rest, ...eventItem({ ...stored, leaf, leafHash: hash }, zlibCodec) });
  return async () => {
    await put(before);
    table.destroy();
  };
}
