import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { fromUtf8, utf8 } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';

const positionSchema = z.object({ size: z.int(), root: z.string() });
const rebuildSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('going_on'), from: positionSchema, size: z.int() }),
  z.object({
    outcome: z.enum(['rebuilt', 'proven']),
    size: z.int(),
    root: z.string(),
    checkpoint: z.string().optional(),
  }),
  z.object({ outcome: z.literal('alive'), size: z.int() }),
  z.object({ outcome: z.literal('damaged'), object: z.string(), problem: z.string() }),
]);

/** What a rebuild came to, once it has ended. */
export type RebuildResult = Exclude<z.infer<typeof rebuildSchema>, { outcome: 'going_on' }>;

const rotationSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('rotated'),
    previous: z.string(),
    verifierKey: z.string(),
    size: z.int(),
    checkpoint: z.string(),
  }),
  z.object({ outcome: z.literal('current'), verifierKey: z.string() }),
]);

/** What a rotation came to. */
export type RotationResult = z.infer<typeof rotationSchema>;

/** What is asked of a rebuild. */
export interface RebuildOptions {
  /** Reads and proves, and writes nothing. */
  check: boolean;
  /** Also over a head that is alive. */
  overLive: boolean;
  /** A checkpoint that somebody kept. */
  known?: string | undefined;
  /** Hears how many records are done, where it takes more than one call. */
  progress: (size: number) => void;
}

/** The operator's way to a tenant's writer: the function, invoked directly. Who may do so is IAM's to say. */
export class WriterClient {
  readonly #lambda: LambdaClient;
  readonly #functionName: string;
  readonly #actor: string;

  constructor(lambda: LambdaClient, options: { functionName: string; actor: string }) {
    this.#lambda = lambda;
    this.#functionName = options.functionName;
    this.#actor = options.actor;
  }

  /** Makes the records table again from the archive, in as many calls as that takes. */
  async rebuild({ check, overLive, known, progress }: RebuildOptions): Promise<RebuildResult> {
    let from: z.infer<typeof positionSchema> | undefined;
    for (;;) {
      const rebuild = { check, over_live: overLive, ...(from && { from }), ...(known && { known }) };
      const answer = await this.#invoke(rebuildSchema, { rebuild });
      if (answer.outcome !== 'going_on') return answer;
      from = answer.from;
      progress(answer.size);
    }
  }

  /** Hands the log over to the newest key that the writer has. */
  async rotateKey(): Promise<RotationResult> {
    return await this.#invoke(rotationSchema, { rotate_key: {} });
  }

  async #invoke<T>(schema: z.ZodType<T>, request: object): Promise<T> {
    const envelope = { operator: { actor: this.#actor }, ...request };
    const { FunctionError, Payload } = await this.#lambda.send(
      new InvokeCommand({ FunctionName: this.#functionName, Payload: utf8(JSON.stringify(envelope)) }),
    );
    const text = fromUtf8(Payload ?? new Uint8Array());
    if (FunctionError !== undefined)
      throw new AuditError('unavailable', `The writer ${this.#functionName} failed: ${text.slice(0, 500)}`);
    const parsed = schema.safeParse(text === '' ? undefined : JSON.parse(text));
    if (!parsed.success)
      throw new AuditError('malformed', `What the writer answered: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  }
}
