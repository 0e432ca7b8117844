import { jsonOf, nameOf, textOf, toName } from './attributes.ts';
import { errorOf, type Told } from './frame.ts';
import type { Span, SpanEvent } from './span.ts';

/** What a guardrail or an evaluator said: a decision with the rule as its reference. */
export function guardrailEvents(span: Span): Told[] {
  const { attributes } = span;
  const rule =
    nameOf(attributes, 'gen_ai.guardrail.name', 'guardrail.name', 'gen_ai.evaluation.name') ??
    (toName(span.name) || 'unknown');
  const output = jsonOf(attributes, 'output.value', 'gen_ai.guardrail.result');
  const outcome = output === undefined ? '' : typeof output === 'string' ? output : JSON.stringify(output);
  const blocked = span.status.failed || /"?(?:tripwire_triggered|blocked)"?\s*[:=]\s*true/i.test(outcome);
  const why = span.status.failed ? errorOf(span).message : outcome;
  return [
    {
      type: 'DECISION_POINT',
      role: 'guardrail',
      at: span.end,
      payload: {
        reasoning_summary: why.trim() === '' ? `The rule ${rule} was applied.` : why,
        selected_action: blocked ? 'block' : 'allow',
        policy_references: [rule],
        source: 'extracted',
      },
    },
  ];
}

/** Results of evaluations that any span may carry. */
export function evaluationEvents(span: Span): Told[] {
  return span.events
    .filter(({ name }) => name === 'gen_ai.evaluation.result')
    .map((event, index) => evaluation(event, index));
}

function evaluation({ attributes, at }: SpanEvent, index: number): Told {
  const rule = nameOf(attributes, 'gen_ai.evaluation.name') ?? 'unknown';
  const label = textOf(attributes, 'gen_ai.evaluation.score.label');
  const score = textOf(attributes, 'gen_ai.evaluation.score.value');
  const verdict = [label, score].filter((part) => part !== undefined).join(', ');
  return {
    type: 'DECISION_POINT',
    role: `evaluation ${index}`,
    at,
    payload: {
      reasoning_summary:
        textOf(attributes, 'gen_ai.evaluation.explanation') ?? `${rule}: ${verdict || 'no score was given'}`,
      selected_action: verdict || 'none',
      policy_references: [rule],
      source: 'extracted',
    },
  };
}
