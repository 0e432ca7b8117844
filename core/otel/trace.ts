import { textOf } from './attributes.ts';
import { isEntry, kindOf, type SpanKind } from './kind.ts';
import type { Span } from './span.ts';

/** A span among those of its request. */
export interface Placed {
  span: Span;
  kind: SpanKind;
  parent: Placed | undefined;
  children: Placed[];
}

const MAX_ANCESTORS = 256;

/**
 * The spans of one request, each with its parent and children as far as they came along. OTLP sends a span when it has
 * ended, so parents come after their children and often in a later request: nothing may depend on seeing them.
 */
export function placeSpans(spans: readonly Span[]): Placed[] {
  const byId = new Map<string, Placed>();
  for (const span of spans) {
    const key = `${span.traceId}/${span.spanId}`;
    if (!byId.has(key)) byId.set(key, { span, kind: kindOf(span), parent: undefined, children: [] });
  }
  for (const placed of byId.values()) {
    const parent = byId.get(`${placed.span.traceId}/${placed.span.parentSpanId}`);
    if (!parent || parent === placed) continue;
    placed.parent = parent;
    parent.children.push(placed);
  }
  return [...byId.values()];
}

/** The span itself, then its parents as far as they are there. Parents that run in a circle end it. */
function* ancestors(placed: Placed): Generator<Placed> {
  let next: Placed | undefined = placed;
  for (let count = 0; next && count < MAX_ANCESTORS; count++) {
    yield next;
    next = next.parent;
  }
}

/**
 * Whether an agent's span is the outermost of its trace. Where the way up ends at a parent that is not there, it is
 * taken for an inner one: an agent's parent ends after it and so comes later.
 */
export function isOutermost(placed: Placed): boolean {
  let last = placed;
  for (const ancestor of ancestors(placed)) {
    if (ancestor !== placed && ancestor.kind === 'agent') return false;
    last = ancestor;
  }
  return isEntry(last.span);
}

/**
 * The span that tells of the same thing from further out: two instrumentations often wrap one tool call or one agent,
 * and it must be recorded once. Same kind, same name, one directly within the other.
 */
export function twinOf(placed: Placed): Placed | undefined {
  const { parent, kind } = placed;
  if (!parent || parent.kind !== kind || (kind !== 'tool' && kind !== 'agent')) return undefined;
  const own = subjectOf(placed);
  return own !== undefined && own === subjectOf(parent) ? parent : undefined;
}

/** The span with what its inner twins know of the same thing added. */
export function withTwins(placed: Placed): Span {
  const inner = placed.children.filter((child) => twinOf(child) === placed);
  if (inner.length === 0) return placed.span;
  const attributes = Object.assign(
    {},
    ...inner.map((twin) => withTwins(twin).attributes),
    placed.span.attributes,
  );
  const failed = [placed.span, ...inner.map(({ span }) => span)].find(({ status }) => status.failed);
  const events = [placed.span, ...inner.map(({ span }) => span)].flatMap((span) => span.events);
  return { ...placed.span, attributes, events, status: failed?.status ?? placed.span.status };
}

/** The tool or the agent that a span is about. */
function subjectOf({ span: { attributes, name }, kind }: Placed): string | undefined {
  if (kind === 'tool') return textOf(attributes, 'gen_ai.tool.name', 'tool.name', 'traceloop.entity.name');
  const named = textOf(attributes, 'gen_ai.agent.name', 'agent.name', 'graph.node.id');
  return named ?? name;
}
