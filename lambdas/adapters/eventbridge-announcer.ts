import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { AuditError } from '../../core/errors.ts';
import type { Announcement, Announcer } from '../../core/ports.ts';
import { awsCall } from './aws-call.ts';

/** What a rule on the tenant's bus matches. */
const SOURCE = 'agent-audit-trail';
const DETAIL_TYPE = 'batch.recorded';

/** Tells the tenant's bus of a final batch, as a CloudEvents 1.0 document in the detail. */
export class EventBridgeAnnouncer implements Announcer {
  readonly #client: EventBridgeClient;
  readonly #bus: string;

  constructor(client: EventBridgeClient, bus: string) {
    this.#client = client;
    this.#bus = bus;
  }

  async announce(announcement: Announcement): Promise<void> {
    const { origin, size, recorded_at } = announcement;
    const detail = {
      specversion: '1.0',
      id: `${origin}/${size}`, // a batch that is announced twice has one id
      source: origin,
      type: `${SOURCE}.${DETAIL_TYPE}`,
      time: recorded_at,
      datacontenttype: 'application/json',
      data: announcement,
    };
    const command = new PutEventsCommand({
      Entries: [
        {
          EventBusName: this.#bus,
          Source: SOURCE,
          DetailType: DETAIL_TYPE,
          Time: new Date(recorded_at),
          Detail: JSON.stringify(detail),
        },
      ],
    });
    const { FailedEntryCount = 0 } = await awsCall('the event bus', () => this.#client.send(command));
    if (FailedEntryCount > 0) throw new AuditError('unavailable', 'the event bus did not take the entry');
  }
}
