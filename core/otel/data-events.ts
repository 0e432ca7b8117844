import { sha256 } from '#crypto';
import { toDigestText, utf8 } from '../encoding.ts';
import { countOf, flattened, nameOf, textOf, toName } from './attributes.ts';
import type { Told } from './frame.ts';
import type { Span } from './span.ts';

const MAX_DOCUMENTS = 10;

/** Access to a database, as its client saw it. */
export function databaseEvents(span: Span): Told[] {
  const { attributes } = span;
  const query = textOf(attributes, 'db.query.text', 'db.statement');
  const collection = nameOf(
    attributes,
    'db.collection.name',
    'db.sql.table',
    'db.mongodb.collection',
    'db.cassandra.table',
  );
  const system = nameOf(attributes, 'db.system.name', 'db.system') ?? 'unknown';
  const name = nameOf(attributes, 'db.namespace', 'db.name', 'server.address') ?? system;
  const count = countOf(attributes, 'db.response.returned_rows', 'db.response.affected_rows');
  return [
    accessed(span, {
      operation: operationOf(textOf(attributes, 'db.operation.name', 'db.operation') ?? query ?? span.name),
      store: { kind: 'database', system, name },
      ...(collection !== undefined && { resource: collection }),
      ...(count !== undefined && { record_count: count }),
      ...(query !== undefined && { query_digest: digestOf(span, query) }),
    }),
  ];
}

/** Access to documents or to a memory, as the agent's framework saw it. */
export function retrievalEvents(span: Span): Told[] {
  const { attributes } = span;
  const documents = flattened(attributes, 'retrieval.documents');
  const ids = documents.flatMap((document) => textOf(document, 'document.id') ?? []).slice(0, MAX_DOCUMENTS);
  const query = textOf(attributes, 'gen_ai.retrieval.query.text', 'input.value');
  const memory = textOf(attributes, 'gen_ai.operation.name') === 'search_memory';
  const name = nameOf(attributes, 'gen_ai.data_source.id', 'db.collection.name', 'gen_ai.memory.store.name');
  const count =
    documents.length > 0 ? documents.length : countOf(attributes, 'gen_ai.retrieval.documents.count');
  return [
    accessed(span, {
      operation: 'read',
      store: { kind: memory ? 'memory' : 'documents', name: name ?? (toName(span.name) || 'unknown') },
      ...(ids.length > 0 && { resource: ids.join(', ') }),
      ...(count !== undefined && { record_count: count }),
      ...(query !== undefined && { query_digest: digestOf(span, query) }),
    }),
  ];
}

function accessed(span: Span, payload: Record<string, unknown>): Told {
  return { type: 'DATA_ACCESSED', role: 'data', at: span.start, payload };
}

function operationOf(text: string): 'read' | 'write' | 'delete' {
  const [word = ''] = /[a-z]+/i.exec(text.trim()) ?? [];
  if (/^(delete|drop|truncate|remove|del)/i.test(word)) return 'delete';
  return /^(insert|update|upsert|merge|replace|put|set|create|alter|write|save|batchwrite|hset|incr|append)/i.test(
    word,
  )
    ? 'write'
    : 'read';
}

/** The query itself is not kept. The salt is the span, so that equal queries do not show as equal. */
function digestOf({ traceId, spanId }: Span, query: string): string {
  return toDigestText(sha256(utf8(`${traceId}/${spanId}\n${query}`)));
}
