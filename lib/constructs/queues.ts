import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, ArnPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MAX_RECEIVES } from '../../lambdas/shared/env.ts';
import { otherThan } from './other-than.ts';

/** The writer's time limit; a message must stay invisible for six tries and the batching window. */
export const WRITER_TIMEOUT = Duration.seconds(120);
/** The exporter's time limit; its messages must outlast one try, since a worker that goes on asks for them again. */
export const EXPORTER_TIMEOUT = Duration.minutes(15);
/** The time limit of the function that delivers webhooks; a wake-up that failed may wait, since the sweep comes sooner. */
export const DISPATCHER_TIMEOUT = Duration.minutes(2);
const EXPORT_VISIBILITY = Duration.minutes(16);

const RETENTION = Duration.days(14);
/** A wake-up that failed an hour long is set aside, so that it is seen. */
const WAKE_RECEIVES = 5;

/** Two ways in, because what a message may claim follows from where it arrived. */
export class Queues extends Construct {
  /** For emitters; every message carries a claim. */
  readonly ingest: Queue;
  /** For this stack's own functions alone. */
  readonly internal: Queue;
  /** Names the exports to be made; a message stays until its export has ended. */
  readonly exports: Queue;
  /** Wakes the function that delivers webhooks. A message says that something may be due, and nothing of what. */
  readonly webhooks: Queue;
  /** Of each of them, by its name. */
  readonly deadLetters: Readonly<Record<'ingest' | 'internal' | 'exports' | 'webhooks', Queue>>;

  /** `batchWindow`: seconds for which the writer waits for a batch to fill. */
  constructor(scope: Construct, id: string, { key, batchWindow }: { key: IKey; batchWindow: number }) {
    super(scope, id);
    const visibility = Duration.seconds(6 * WRITER_TIMEOUT.toSeconds() + batchWindow);
    const ingest = this.pair('Ingest', key, { visibility });
    const internal = this.pair('Internal', key, { visibility });
    const exports = this.pair('Exports', key, { visibility: EXPORT_VISIBILITY });
    // No record is in it, and EventBridge may send to it without a grant on the tenant's key.
    const webhooks = this.pair('Webhooks', undefined, {
      visibility: Duration.seconds(6 * DISPATCHER_TIMEOUT.toSeconds()),
      receives: WAKE_RECEIVES,
    });
    this.webhooks = webhooks.queue;
    this.exports = exports.queue;
    this.ingest = ingest.queue;
    this.internal = internal.queue;
    this.deadLetters = {
      ingest: ingest.deadLetters,
      internal: internal.deadLetters,
      exports: exports.deadLetters,
      webhooks: webhooks.deadLetters,
    };
  }

  admitEmitters(principals: readonly string[]): void {
    this.ingest.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EmittersSend',
        principals: principals.map((arn) => new ArnPrincipal(arn)),
        actions: ['sqs:SendMessage'],
        resources: [this.ingest.queueArn],
      }),
    );
  }

  /** A message on `internal` needs no claim, so nobody else may put one there, whatever IAM grants in this account. */
  restrictInternalTo(roles: readonly IRole[]): void {
    this.internal.addToResourcePolicy(
      new PolicyStatement({
        sid: 'OnlyOwnFunctionsSend',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['sqs:SendMessage'],
        resources: [this.internal.queueArn],
        conditions: otherThan(this, roles),
      }),
    );
  }

  private pair(
    id: string,
    encryptionMasterKey: IKey | undefined,
    { visibility, receives = MAX_RECEIVES }: { visibility: Duration; receives?: number },
  ): { queue: Queue; deadLetters: Queue } {
    const common = {
      ...(encryptionMasterKey
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey }
        : { encryption: QueueEncryption.SQS_MANAGED }),
      enforceSSL: true,
      retentionPeriod: RETENTION,
      // What waits here was accepted, so it outlives a deleted stack until the retention ends.
      removalPolicy: RemovalPolicy.RETAIN,
    };
    const deadLetters = new Queue(this, `${id}DeadLetters`, common);
    const queue = new Queue(this, id, {
      ...common,
      maxMessageSizeBytes: 1_048_576,
      visibilityTimeout: visibility,
      // Lock conflicts and outages of KMS count as receives too: only what fails for most of a day is set aside.
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: receives },
    });
    return { queue, deadLetters };
  }
}
