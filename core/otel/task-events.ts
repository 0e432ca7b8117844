import { countOf, jsonOf, nameOf } from './attributes.ts';
import { childTaskOf, durationOf, errorOf, initiatorOf, type Told, taskOf } from './frame.ts';
import { goalOf, outputMessages } from './messages.ts';
import { decisionIn, endedInPause, resumptionOf } from './pause.ts';
import type { Span } from './span.ts';
import { isOutermost, type Placed, withTwins } from './trace.ts';

const CANCELLED = /Cancel+ed(?:Error)?$|AbortError$/;

/** Start and end of the run that an agent's span tells of: of the task itself, or of a child task. */
export function taskEvents(placed: Placed): Told[] {
  const span = withTwins(placed);
  const outermost = isOutermost(placed);
  const task = outermost ? taskOf(span) : childTaskOf(span);
  const started = startOf(span, outermost);
  return [...started, ...endOf(span, placed)].map((told) => ({ ...told, task }));
}

function startOf(span: Span, outermost: boolean): Told[] {
  const at = span.start;
  const resumption = outermost ? resumptionOf(span) : undefined;
  if (resumption) {
    return [
      {
        type: 'HUMAN_DECISION_RECORDED',
        role: 'human decision',
        at,
        callId: resumption.callId,
        payload: {
          approver: { id: nameOf(span.attributes, 'user.id', 'enduser.id') ?? 'not stated' },
          decision: decisionIn(resumption.answer),
          ...(resumption.answer !== null && {
            justification:
              typeof resumption.answer === 'string' ? resumption.answer : JSON.stringify(resumption.answer),
          }),
        },
      },
      { type: 'TASK_RESUMED', role: 'task resumed', at, payload: { waiting_for: 'a person' } },
    ];
  }
  const input = jsonOf(span.attributes, 'gen_ai.input.messages', 'input.value', 'traceloop.entity.input');
  const user = { ...initiatorOf(span) };
  return [
    {
      type: 'TASK_INITIATED',
      role: 'task start',
      at,
      initiator: outermost || user.type === 'user' ? user : { type: 'agent' },
      payload: {
        goal: goalOf(span.attributes) ?? (span.name || 'not stated'),
        ...(input !== undefined && { input }),
      },
    },
  ];
}

function endOf(span: Span, placed: Placed): Told[] {
  const at = span.end;
  const duration_ms = durationOf(span);
  const pause = endedInPause(placed);
  if (pause) return [{ type: 'TASK_SUSPENDED', role: 'task end', at, payload: { waiting_for: 'a person' } }];
  if (span.status.failed) {
    const error = errorOf(span);
    if (CANCELLED.test(error.code ?? '')) {
      return [
        { type: 'TASK_CANCELLED', role: 'task end', at, payload: { reason: error.message, duration_ms } },
      ];
    }
    const reason =
      error.code === undefined ? 'The run ended with an error.' : `The run ended with ${error.code}.`;
    return [{ type: 'TASK_FAILED', role: 'task end', at, payload: { reason, error, duration_ms } }];
  }
  const output = outputOf(span);
  const tokens = tokensOf(span);
  return [
    {
      type: 'TASK_COMPLETED',
      role: 'task end',
      at,
      payload: { ...(output !== undefined && { output }), duration_ms, ...(tokens && { tokens }) },
    },
  ];
}

function outputOf({ attributes }: Span) {
  const said = outputMessages(attributes).findLast(({ text }) => text !== '');
  return said?.text ?? jsonOf(attributes, 'output.value', 'traceloop.entity.output');
}

/** What a span says of the tokens that it and all within it took; undefined where it says nothing. */
export function tokensOf({ attributes }: Pick<Span, 'attributes'>): Record<string, number> | undefined {
  const counts = {
    input: countOf(
      attributes,
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.prompt_tokens',
      'llm.token_count.prompt',
    ),
    output: countOf(
      attributes,
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.completion_tokens',
      'llm.token_count.completion',
    ),
    cached: countOf(
      attributes,
      'gen_ai.usage.cache_read.input_tokens',
      'llm.token_count.prompt_details.cache_read',
    ),
    reasoning: countOf(
      attributes,
      'gen_ai.usage.reasoning.output_tokens',
      'llm.token_count.completion_details.reasoning',
    ),
    total: countOf(
      attributes,
      'llm.token_count.total',
      'gen_ai.usage.total_tokens',
      'llm.usage.total_tokens',
    ),
  };
  const known = Object.entries(counts).filter(([, count]) => count !== undefined && count > 0);
  return known.length === 0 ? undefined : (Object.fromEntries(known) as Record<string, number>);
}
