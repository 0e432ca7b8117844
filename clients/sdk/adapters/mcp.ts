import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { memberOf, plainOf, textOf } from '../adapted-text.ts';
import type { Call } from '../call.ts';
import type { ToolCall, ToolFailure } from '../inputs.ts';
import type { Task } from '../task.ts';

/** The task that a request belongs to; undefined: the request is not recorded. */
export type McpTask = Task | (() => Task | undefined);

type Handler = (request: unknown, extra: unknown) => unknown;

const REQUEST_TIMEOUT = -32001;
const OUTCOMES = { accept: 'approved', decline: 'rejected', cancel: 'rejected' } as const;

/**
 * Records what an MCP client asks of its server, without a change to the agent:
 *
 * ```ts
 * const client = auditMcpClient(new Client({ name: 'refunds', version: '1.0.0' }), () => currentTask);
 * ```
 *
 * A tool is a call, a resource that is read is access to data, and a question that the server puts to the person
 * (elicitation) is an escalation with its answer: wrap the client before its handlers are set. Returns `client`.
 */
export function auditMcpClient<C extends Client>(client: C, whose: McpTask): C {
  const taskNow = () => (typeof whose === 'function' ? whose() : whose);
  const sideEffects = new Map<string, boolean>();
  const request = client.request.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const setRequestHandler = client.setRequestHandler.bind(client) as (
    schema: unknown,
    handler: Handler,
  ) => void;

  const audited = async (...given: unknown[]): Promise<unknown> => {
    const [asked, , options] = given;
    const method = memberOf(asked, 'method');
    const params = memberOf(asked, 'params');
    if (method === 'tools/call') {
      const call = taskNow()?.toolCalled(toolCallOf(params, client, sideEffects));
      return settled(request(...given), call, memberOf(options, 'signal'));
    }
    const answer = await request(...given);
    if (method === 'tools/list') note(answer, sideEffects);
    if (method === 'resources/read') {
      const contents = memberOf(answer, 'contents');
      taskNow()?.dataAccessed({
        operation: 'read',
        store: { kind: 'mcp', name: client.getServerVersion()?.name ?? 'unknown' },
        resource: String(memberOf(params, 'uri')),
        ...(Array.isArray(contents) && { record_count: contents.length }),
      });
    }
    return answer;
  };

  const handlers = (schema: unknown, handler: Handler) =>
    setRequestHandler(schema, async (asked, extra) => {
      const task = memberOf(asked, 'method') === 'elicitation/create' ? taskNow() : undefined;
      return task ? elicited(task, asked, () => handler(asked, extra)) : handler(asked, extra);
    });

  return Object.assign(client, { request: audited, setRequestHandler: handlers });
}

function toolCallOf(params: unknown, client: Client, sideEffects: ReadonlyMap<string, boolean>): ToolCall {
  const name = String(memberOf(params, 'name'));
  const server = client.getServerVersion();
  const input = memberOf(params, 'arguments');
  const side_effect = sideEffects.get(name);
  return {
    tool: {
      name,
      kind: 'mcp',
      ...(server && { server: server.name, version: server.version }),
      ...(side_effect !== undefined && { side_effect }),
    },
    ...(input !== undefined && { input: plainOf(input) }),
  };
}

/** What the server says of its tools: hints, which is what they are recorded as. */
function note(answer: unknown, sideEffects: Map<string, boolean>): void {
  const tools = memberOf(answer, 'tools');
  for (const tool of Array.isArray(tools) ? tools : []) {
    const readOnly = memberOf(memberOf(tool, 'annotations'), 'readOnlyHint');
    if (typeof readOnly === 'boolean') sideEffects.set(String(memberOf(tool, 'name')), !readOnly);
  }
}

async function settled(answer: Promise<unknown>, call: Call | undefined, signal: unknown): Promise<unknown> {
  let result: unknown;
  try {
    result = await answer;
  } catch (error) {
    const code = memberOf(error, 'code');
    const failure: ToolFailure = {
      ...(memberOf(signal, 'aborted') === true && { status: 'cancelled' }),
      ...(code === REQUEST_TIMEOUT && memberOf(signal, 'aborted') !== true && { status: 'timeout' }),
      ...(code !== undefined && { code: String(code) }),
    };
    call?.error(error, failure);
    throw error;
  }
  const text = resultText(result);
  if (memberOf(result, 'isError') === true) call?.error(text);
  else call?.result({ summary: text });
  return result;
}

function resultText(result: unknown): string {
  const structured = memberOf(result, 'structuredContent');
  if (structured !== undefined) return textOf(structured);
  const content = memberOf(result, 'content');
  const parts = Array.isArray(content) ? content : [];
  return textOf(
    parts.map((part) => String(memberOf(part, 'text') ?? `[${String(memberOf(part, 'type'))}]`)).join('\n'),
  );
}

/** A question to the person; the task waits for no one else meanwhile, so nothing is suspended. */
async function elicited(task: Task, asked: unknown, handle: () => unknown): Promise<unknown> {
  const params = memberOf(asked, 'params');
  const pending = task.escalate({
    reason: 'The MCP server asks the person.',
    question: textOf(memberOf(params, 'message') ?? ''),
  });
  const answer = await handle();
  const action = String(memberOf(answer, 'action')) as keyof typeof OUTCOMES;
  const content = memberOf(answer, 'content');
  pending.decided({
    approver: { id: task.reference.initiator?.user_id ?? 'unknown' },
    decision: OUTCOMES[action] ?? 'changed',
    ...(content !== undefined && { justification: textOf(content) }),
  });
  return answer;
}
