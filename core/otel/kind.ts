import { nameOf, objectOf, textOf } from './attributes.ts';
import type { Span } from './span.ts';

/** What a span tells of, as far as an audit trail is concerned. */
export type SpanKind =
  | 'agent'
  | 'tool'
  | 'model'
  | 'plan'
  | 'retrieval'
  | 'database'
  | 'guardrail'
  | 'message'
  | 'other';

const BY_OPERATION: Readonly<Record<string, SpanKind>> = {
  invoke_agent: 'agent',
  invoke_workflow: 'agent',
  execute_tool: 'tool',
  chat: 'model',
  text_completion: 'model',
  generate_content: 'model',
  plan: 'plan',
  retrieval: 'retrieval',
  search_memory: 'retrieval',
  guardrail: 'guardrail',
};

const BY_OPENINFERENCE: Readonly<Record<string, SpanKind>> = {
  AGENT: 'agent',
  TOOL: 'tool',
  LLM: 'model',
  RETRIEVER: 'retrieval',
  GUARDRAIL: 'guardrail',
  EVALUATOR: 'guardrail',
};

/** openllmetry's own kinds, from before the conventions had any. */
const BY_TRACELOOP: Readonly<Record<string, SpanKind>> = { workflow: 'agent', agent: 'agent', tool: 'tool' };

/**
 * The kind of a span by what the conventions call it: OpenTelemetry GenAI, OpenInference, MCP, databases, openllmetry.
 * A chain counts as an agent where it is the first span of its process: what runs is what the agent's developer wrote.
 */
export function kindOf(span: Span): SpanKind {
  const { attributes } = span;
  const operation = BY_OPERATION[textOf(attributes, 'gen_ai.operation.name') ?? ''];
  if (operation) return operation;
  const kind = textOf(attributes, 'openinference.span.kind')?.toUpperCase() ?? '';
  if (isEntry(span) && (kind === 'CHAIN' || kind === 'AGENT')) return 'agent';
  // LangGraph's instrumentation calls a node an agent when its name says so; what a node does shows in its own spans.
  if (kind === 'AGENT' && langgraph(span).node !== undefined) return 'other';
  const byKind = BY_OPENINFERENCE[kind] ?? BY_TRACELOOP[textOf(attributes, 'traceloop.span.kind') ?? ''];
  if (byKind) return byKind;
  if (textOf(attributes, 'mcp.method.name') === 'tools/call') return 'tool';
  if (textOf(attributes, 'db.system.name', 'db.system') !== undefined) return 'database';
  return textOf(attributes, 'messaging.operation') === 'process' && attributes['message'] !== undefined
    ? 'message'
    : 'other';
}

/** Whether the span is the first of its trace in this process. */
export function isEntry({ parentSpanId, parentIsRemote }: Span): boolean {
  return parentSpanId === '' || parentIsRemote;
}

/** What LangGraph's run says of itself in OpenInference's `metadata`. */
export function langgraph({ attributes }: Pick<Span, 'attributes'>): {
  thread: string | undefined;
  node: string | undefined;
} {
  const metadata = objectOf(attributes['metadata']);
  return { thread: nameOf(metadata, 'thread_id'), node: nameOf(metadata, 'langgraph_node') };
}
