import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import type { KeptAnswer, Repeatable, RepeatStore } from '../../core/identity/repeat.ts';
import type { ControlTable } from './dynamo-control.ts';

/** JSON of a kept answer; what is longer is no answer of an administrative route. */
const MOST_ANSWER = 100_000;

const itemSchema = z.object({ fingerprint: z.string(), answer: z.string().optional() });
const answerSchema = z.object({ status: z.int(), body: z.unknown().optional(), made: z.string().optional() });

/** Requests with a key in the control table: partition `REPEAT`, sorted by the name of the key; DynamoDB ends them. */
export class DynamoRepeats implements RepeatStore {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async take(
    name: string,
    { id, fingerprint, now, openUntil, expiresAt }: Parameters<RepeatStore['take']>[1],
  ): Promise<Repeatable | undefined> {
    const taken = await this.#control.change(keyOf(name), {
      update:
        'SET request_id = :id, fingerprint = :fingerprint, open_until = :until, held_until = :expires, expires_at = :seconds REMOVE answer',
      // Expired items linger for days, so the time is asked for too.
      condition:
        'attribute_not_exists(pk) OR held_until <= :now OR ' +
        '(attribute_not_exists(answer) AND open_until <= :now AND fingerprint = :fingerprint)',
      values: {
        ':id': id,
        ':fingerprint': fingerprint,
        ':until': openUntil,
        ':expires': expiresAt,
        ':seconds': Math.ceil(expiresAt / 1_000),
        ':now': now,
      },
    });
    if (taken) return undefined;
    const item = itemSchema.safeParse(await this.#control.get(keyOf(name))).data;
    if (!item) throw new AuditError('unavailable', 'a key for repeats was freed this moment');
    const { fingerprint: standing, answer } = item;
    return { fingerprint: standing, ...(answer !== undefined && { answer: readAnswer(answer) }) };
  }

  async keep(name: string, id: string, answer: KeptAnswer): Promise<void> {
    const text = JSON.stringify(answer);
    if (text.length > MOST_ANSWER) throw new AuditError('too_large', 'the answer is too long to be kept');
    await this.#control.change(keyOf(name), {
      update: 'SET answer = :answer',
      condition: 'request_id = :id',
      values: { ':answer': text, ':id': id },
    });
  }

  async free(name: string, id: string): Promise<void> {
    await this.#control.change(keyOf(name), {
      update: 'SET held_until = :never',
      condition: 'request_id = :id',
      values: { ':never': 0, ':id': id },
    });
  }
}

function keyOf(name: string): { pk: string; sk: string } {
  return { pk: 'REPEAT', sk: name };
}

function readAnswer(text: string): KeptAnswer {
  const { status, body, made } = answerSchema.parse(JSON.parse(text));
  return { status, ...(body !== undefined && { body }), ...(made !== undefined && { made }) };
}
