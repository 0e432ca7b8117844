import type { EventId } from '../../core/event/ids.ts';
import type { EventContext, PayloadInput, ToolFailure, ToolResult } from './inputs.ts';
import { messageOf } from './problem.ts';
import type { TaskEvents } from './task-events.ts';

/**
 * A call that has been announced and waits for its result. Both events carry the same `call_id`.
 *
 * ```ts
 * const call = task.toolCalled({ tool: 'lookup_order', input: { order_id: '4711' } });
 * try {
 *   const order = await lookUp('4711');
 *   call.result({ summary: `order is ${order.status}` });
 * } catch (error) {
 *   call.error(error);
 * }
 * ```
 */
export class Call {
  readonly eventId: EventId;
  readonly callId: string;
  readonly #events: TaskEvents;
  readonly #startedAt: number;

  constructor(events: TaskEvents, callId: string, eventId: EventId) {
    this.#events = events;
    this.#startedAt = events.now();
    this.callId = callId;
    this.eventId = eventId;
  }

  /** The call gave a result (TOOL_RESULT_RECEIVED, ok). */
  result({ summary, ...rest }: ToolResult = {}, context: EventContext = {}): EventId {
    const payload = {
      ...rest,
      status: 'ok' as const,
      ...(summary !== undefined && { result_summary: summary }),
    };
    return this.#end(payload, context);
  }

  /** The call failed, timed out, was cancelled or denied. `error` may be whatever was thrown; its message is recorded. */
  error(error: unknown, { status = 'error', code }: ToolFailure = {}, context: EventContext = {}): EventId {
    const info = { message: messageOf(error), ...(code !== undefined && { code }) };
    return this.#end({ status, error: info }, context);
  }

  #end(payload: PayloadInput<'TOOL_RESULT_RECEIVED'>, context: EventContext): EventId {
    return this.#events.emit(
      'TOOL_RESULT_RECEIVED',
      { ...payload, latency_ms: payload.latency_ms ?? this.#events.since(this.#startedAt) },
      { ...context, causation: { ...context.causation, call_id: this.callId } },
    );
  }
}
