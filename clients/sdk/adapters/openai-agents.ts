import { AsyncLocalStorage } from 'node:async_hooks';
import type { Model, ModelProvider, Runner } from '@openai/agents';
import { PausedRuns, type RunAudit } from '../adapted-run.ts';
import { memberOf } from '../adapted-text.ts';
import type { AuditTrail } from '../audit-trail.ts';
import { type Approval, HandedRun, type RunOutcome } from '../handed-run.ts';
import { goalOf, type Heard, listenTo } from '../openai-model.ts';

/** The same for all runs, or found for each from the `context` that the application gave it. */
export type OpenAiAgentsAudit = RunAudit | ((context: unknown) => RunAudit);

/**
 * Records what agents of the OpenAI Agents SDK do, without a change to them:
 *
 * ```ts
 * const runner = auditRunner(new Runner(), trail, { user_id: 'u-17', approver: 'u-2' });
 * const result = await runner.run(agent, 'Please refund order 4711.');
 * ```
 *
 * A run that ends with interruptions is a pause, and neither a failure nor an end; running its state again, with the same
 * runner, records the answers and goes on with the same task. A hand-off is a child task. Returns `runner`.
 */
export function auditRunner(runner: Runner, trail: AuditTrail, about: OpenAiAgentsAudit): Runner {
  const current = new AsyncLocalStorage<HandedRun>();
  const paused = new PausedRuns<HandedRun>();
  const listener = (response: Heard) => current.getStore()?.answered(response);
  const hear = (model: Model) => listenTo(model, listener);

  runner.on('agent_tool_start', (_context, _agent, tool, { toolCall }) => {
    current.getStore()?.called(toolCall, tool.name);
  });
  runner.on('agent_tool_end', (_context, _agent, tool, result, { toolCall }) => {
    current.getStore()?.returned(toolCall, tool.name, result);
  });
  runner.on('agent_handoff', (_context, _from, to) => current.getStore()?.handedTo(to.name));

  const { config } = runner;
  config.modelProvider = hearing(config.modelProvider, hear);
  if (typeof config.model === 'object') hear(config.model);

  const begin = (input: unknown, context: unknown): HandedRun => {
    const waiting = approvalsOf(input)
      .map(({ key }) => paused.take(key))
      .find((run) => run !== undefined);
    if (waiting) return waiting.resumed(approvalsOf(input));
    const own = typeof about === 'function' ? about(context) : about;
    const { user_id, session_id } = own;
    const start = { goal: goalOf(input), user_id, ...(session_id !== undefined && { session_id }) };
    return new HandedRun(trail.startTask(start), own);
  };
  const end = (run: HandedRun, result: RunOutcome) => {
    const waiting = approvalsOf(result.state);
    run.finished(result, waiting);
    paused.keep(
      waiting.map(({ key }) => key),
      run,
    );
  };

  const original = runner.run.bind(runner) as (...given: unknown[]) => Promise<RunOutcome>;
  const audited = async (agent: unknown, input: unknown, options: object = {}) => {
    const run = begin(input, memberOf(options, 'context'));
    const own = memberOf(options, 'callModelInputFilter') ?? config.callModelInputFilter;
    const callModelInputFilter = (given: { modelData: unknown; agent: { model?: unknown } }) => {
      if (typeof given.agent.model === 'object') hear(given.agent.model as Model);
      return typeof own === 'function' ? own(given) : given.modelData;
    };
    try {
      const result = await current.run(run, () =>
        original(agent, input, { ...options, callModelInputFilter }),
      );
      if (result.completed) {
        const ended = result.completed.then(
          () => (result.cancelled ? run.cancelled() : end(run, result)),
          (error) => run.failed(error),
        );
        void ended.catch(() => undefined); // only a strict trail throws, and its flush says so too
      } else end(run, result);
      return result;
    } catch (error) {
      if (memberOf(memberOf(options, 'signal'), 'aborted') === true) run.cancelled();
      else run.failed(error);
      throw error;
    }
  };
  return Object.assign(runner, { run: audited });
}

/** The provider as it is, but for what its models say: its other members are its own, and may be private to it. */
function hearing(provider: ModelProvider, hear: (model: Model) => Model): ModelProvider {
  return new Proxy(provider, {
    get(target, name) {
      if (name === 'getModel') return async (model?: string) => hear(await target.getModel(model));
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/**
 * What a state of a run waits for, in this process or after it was kept elsewhere. Ids of calls are the model's own; what
 * was asked tells those of two runs apart where a model counts from 1.
 */
function approvalsOf(state: unknown): Approval[] {
  const read = memberOf(state, 'getInterruptions');
  if (typeof read !== 'function') return [];
  const goal = goalOf(state);
  const context = memberOf(state, '_context') as {
    isToolApproved(call: { toolName: string; callId: string }): boolean | undefined;
  };
  return (read.call(state) as { name?: string; rawItem: object }[]).map(({ name, rawItem }) => {
    const callId = String(memberOf(rawItem, 'callId') ?? memberOf(rawItem, 'id') ?? 'unknown');
    const tool = name ?? String(memberOf(rawItem, 'name') ?? 'unknown');
    return {
      key: `${callId} ${goal}`,
      callId,
      tool,
      input: memberOf(rawItem, 'arguments'),
      approved: context.isToolApproved({ toolName: tool, callId }),
    };
  });
}
