import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import type { EventId } from '../../core/event/ids.ts';
import { type Endpoint, type EndpointRegistry, endpointSchema } from '../../core/webhook/endpoint.ts';
import type { ControlTable } from './dynamo-control.ts';

const PARTITION = 'WEBHOOK';
/** A removed endpoint is still shown in the delivery log for a while. */
const KEPT_SECONDS = 90 * 86_400;

const itemSchema = z.object({ endpoint: z.string(), unrecorded: z.string().optional() });

/** The endpoints in the control table: partition `WEBHOOK`, sorted by id. What they prove themselves with is not here. */
export class DynamoWebhooks implements EndpointRegistry {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async list(): Promise<Endpoint[]> {
    return (await this.#control.list(PARTITION)).map(readItem);
  }

  async add({ unrecorded, ...endpoint }: Endpoint): Promise<void> {
    const added = await this.#control.add({
      ...keyOf(endpoint.endpointId),
      endpoint: JSON.stringify(endpoint),
      revision: endpoint.revision,
      ...(unrecorded !== undefined && { unrecorded }),
    });
    if (!added) throw new AuditError('conflict', 'the endpoint is there already');
  }

  async replace({ unrecorded, ...endpoint }: Endpoint): Promise<boolean> {
    const { removedAt } = endpoint;
    const sets = ['endpoint = :endpoint', 'revision = :revision', 'unrecorded = :unrecorded'];
    if (removedAt !== undefined) sets.push('expires_at = :expires');
    const changed = await this.#control.change(keyOf(endpoint.endpointId), {
      update: `SET ${sets.join(', ')}`,
      condition: 'revision = :before',
      values: {
        ':endpoint': JSON.stringify(endpoint),
        ':revision': endpoint.revision,
        ':before': endpoint.revision - 1,
        ':unrecorded': unrecorded,
        ...(removedAt !== undefined && { ':expires': Math.ceil(removedAt / 1_000) + KEPT_SECONDS }),
      },
    });
    return changed !== undefined;
  }

  async recorded(endpointId: EventId, unrecorded: string): Promise<void> {
    await this.#control.clearMark(keyOf(endpointId), unrecorded);
  }
}

function keyOf(endpointId: EventId): { pk: string; sk: string } {
  return { pk: PARTITION, sk: endpointId };
}

function readItem(item: unknown): Endpoint {
  try {
    const { endpoint, unrecorded } = itemSchema.parse(item);
    const parsed = endpointSchema.parse(JSON.parse(endpoint));
    return unrecorded === undefined ? parsed : { ...parsed, unrecorded };
  } catch (cause) {
    throw new AuditError('integrity', 'an item of the control table is not an endpoint', { cause });
  }
}
