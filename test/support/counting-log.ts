import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Intake, Observation } from '../../core/ingest/intake.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { openLog } from '../../core/sequencer/genesis.ts';
import { ControlTable } from '../../lambdas/adapters/dynamo-control.ts';
import { DynamoEmitters } from '../../lambdas/adapters/dynamo-emitters.ts';
import { Meter } from './counting-clients.ts';
import { makeStores, type Place, wireOwnIntake, wireOwnLog } from './own-log.ts';

/** A log of its own on the real adapters, whose every call to AWS is counted. */
export interface CountedLog {
  intake: Intake;
  emitters: DynamoEmitters;
  meter: Meter;
  /** What the writer saw. */
  observations: Observation[];
  /** Takes away everything that was made for it. */
  destroy(): Promise<void>;
}

const ORIGIN = 'audit.example.com/cost/00000000';

/** Makes tables, buckets and a key named after `name`, opens a log in them and begins to count. */
export async function openCountedLog(
  name: string,
  place: Place,
  { clock, random }: { clock: Clock; random: Random },
): Promise<CountedLog> {
  const { stores, clients, ...own } = await makeStores(name, place);
  const observer = new DynamoDBClient(place);
  const destroy = async () => {
    await own.destroy();
    observer.destroy();
  };
  try {
    const meter = new Meter(observer);
    for (const client of Object.values(clients)) meter.watch(client);
    const log = wireOwnLog(stores, clients, { origin: ORIGIN, clock, random });
    const documents = DynamoDBDocumentClient.from(clients.dynamo);
    const emitters = new DynamoEmitters(new ControlTable(documents, stores.control));
    const observations: Observation[] = [];
    const intake = wireOwnIntake({ stores, clients }, log, (observation) => observations.push(observation));
    await openLog(log);
    return { intake, emitters, meter, observations, destroy };
  } catch (error) {
    await destroy();
    throw error;
  }
}
