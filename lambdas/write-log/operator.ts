import { z } from 'zod';
import { fromHex, toDigestText, toHex } from '../../core/encoding.ts';
import { short } from '../../core/event/values.ts';
import type { Log } from '../../core/sequencer/log.ts';
import { type RebuildAnswer, rebuildTable } from '../../core/sequencer/rebuild.ts';
import { type RotationTerms, rotateKey } from '../../core/sequencer/rotate-key.ts';
import { signals } from '../shared/env.ts';
import type { LogLine } from '../shared/http/log-line.ts';

const positionSchema = z.strictObject({
  size: z.int().nonnegative(),
  root: z.string().regex(/^[0-9a-f]{64}$/),
});

/** How the operator invokes the writer directly. Neither a queue nor CloudFormation sends an event of this shape. */
const operator = z.strictObject({ actor: short() });
const rotationSchema = z.strictObject({ operator, rotate_key: z.strictObject({}) });
const rebuildSchema = z.strictObject({
  operator,
  rebuild: z.strictObject({
    check: z.boolean(),
    over_live: z.boolean(),
    from: positionSchema.optional(),
    known: z.string().max(1_000_000).optional(),
  }),
});
const requestSchema = z.union([rebuildSchema, rotationSchema]);
export type OperatorRequest = z.output<typeof requestSchema>;

/** The operator's request, where `event` is one. */
export function asOperatorRequest(event: unknown): OperatorRequest | undefined {
  return requestSchema.safeParse(event).data;
}

/** The terms of one invocation. */
interface Invocation {
  requestId: string;
  /** Milliseconds since the epoch by which it must have ended. */
  deadline: number;
}

/** Does what the operator asks for. Who may invoke the writer is IAM's to say; the act is a line of its log. */
export async function answerOperator(
  request: OperatorRequest,
  intake: RotationTerms,
  invocation: Invocation,
  line: LogLine,
): Promise<Record<string, unknown>> {
  const { actor } = request.operator;
  if ('rebuild' in request) return await rebuild(request, intake.log, invocation.deadline, line);
  const rotation = await rotateKey(intake, { actor, ...invocation });
  line({ level: 'INFO', message: 'signing key rotated for the operator', actor, outcome: rotation.outcome });
  return { ...rotation };
}

async function rebuild(
  { operator, rebuild: terms }: z.output<typeof rebuildSchema>,
  log: Log,
  deadline: number,
  line: LogLine,
): Promise<Record<string, unknown>> {
  const { check, over_live, from, known } = terms;
  const answer = await rebuildTable(log, {
    check,
    overLive: over_live,
    deadline,
    ...(from && { from: { size: from.size, root: fromHex(from.root) } }),
    ...(known !== undefined && { known }),
  });
  const { outcome } = answer;
  line({
    level: outcome === 'damaged' ? 'ERROR' : 'INFO',
    message: check ? 'archive read for the operator' : 'table rebuilt for the operator',
    ...(outcome === 'damaged' && {
      signal: signals.integrity,
      object: answer.object,
      problem: answer.problem,
    }),
    actor: operator.actor,
    outcome,
  });
  return toJson(answer);
}

function toJson(answer: RebuildAnswer): Record<string, unknown> {
  switch (answer.outcome) {
    case 'going_on':
      return { ...answer, from: { size: answer.from.size, root: toHex(answer.from.root) } };
    case 'rebuilt':
    case 'proven':
      return { ...answer, root: toDigestText(answer.root) };
    default:
      return { ...answer };
  }
}
