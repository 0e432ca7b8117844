import { AdaptedRun, type RunAudit } from './adapted-run.ts';
import { jsonOf, memberOf, textOf } from './adapted-text.ts';
import type { Call } from './call.ts';
import type { Completion } from './inputs.ts';
import { type Heard, itemsOf } from './openai-model.ts';
import type { Task } from './task.ts';

/** As much of a result of the OpenAI Agents SDK as is recorded. */
export interface RunOutcome {
  state: unknown;
  finalOutput?: unknown;
  inputGuardrailResults?: readonly unknown[];
  outputGuardrailResults?: readonly unknown[];
  /** Of streams alone. */
  completed?: Promise<void>;
  cancelled?: boolean;
}

/** A call that needs a person's word; `approved` is undefined until that is given. */
export interface Approval {
  key: string;
  callId: string;
  tool: string;
  input: unknown;
  approved: boolean | undefined;
}

interface ToolCallItem {
  callId?: string | undefined;
  id?: string | undefined;
  arguments?: unknown;
}

/** What the framework itself tells a model of a tool that threw; its hooks have nothing else. */
const FAILED = /^An error occurred while running the tool\b/;

/** A run that agents hand on to each other: the outermost agent's task, and a child task for each hand-off. */
export class HandedRun {
  readonly #about: RunAudit;
  /** The agent that acts comes last. */
  readonly #runs: AdaptedRun[];
  readonly #handoffs: Call[] = [];
  #judged = 0;
  #open = 0;
  readonly #tokens = { input: 0, output: 0, total: 0 };

  constructor(task: Task, about: RunAudit) {
    this.#about = about;
    this.#runs = [new AdaptedRun(task, about)];
  }

  get #acting(): AdaptedRun {
    return this.#runs.at(-1) as AdaptedRun;
  }

  /** Answers that come while a tool runs are to an agent within it, which has a run of its own. */
  answered({ output, usage }: Heard): void {
    if (this.#open > 0) return;
    const tokens = { input: usage.inputTokens, output: usage.outputTokens, total: usage.totalTokens };
    for (const name of ['input', 'output', 'total'] as const) this.#tokens[name] += tokens[name];
    this.#acting.answered({
      text: itemsOf(output, 'message').join('\n'),
      reasoning: itemsOf(output, 'reasoning'),
      actions: output
        .filter(({ type }) => type === 'function_call')
        .map((item) => String(memberOf(item, 'name'))),
      ...(tokens.total > 0 && { tokens }),
    });
  }

  called(call: ToolCallItem, tool: string): void {
    const { arguments: given } = call;
    const input = typeof given === 'string' ? jsonOf(given) : undefined;
    this.#acting.called(idOf(call, tool), { tool, ...(input !== undefined && { input }) });
    this.#open++;
  }

  returned(call: ToolCallItem, tool: string, result: unknown): void {
    this.#open--;
    const text = textOf(result);
    const ended = this.#acting.ended(idOf(call, tool));
    if (FAILED.test(text)) ended?.error(text);
    else ended?.result({ summary: text });
  }

  /** The rest of the run is the work of another agent, and a task of its own. */
  handedTo(name: string): void {
    const { task } = this.#acting;
    this.#handoffs.push(task.toolCalled({ tool: { name, kind: 'agent' } }));
    const child = task.startTask({ goal: `Take over as ${name}`, agent: { name } });
    this.#runs.push(new AdaptedRun(child, this.#about));
  }

  /** The framework returned: the end, or a pause where `waiting` is not empty. */
  finished(outcome: RunOutcome, waiting: readonly Approval[]): void {
    this.#judge(outcome);
    for (const { callId, tool, input } of waiting) {
      this.#acting.asked(
        `approval of ${callId}`,
        textOf({ tool, input: typeof input === 'string' ? jsonOf(input) : input }),
      );
    }
    if (waiting.length > 0) {
      for (const { task } of this.#runs.toReversed()) task.suspend({ waiting_for: 'a person' });
      return;
    }
    const output = outcome.finalOutput === undefined ? undefined : textOf(outcome.finalOutput);
    const completion: Completion = output === undefined ? {} : { output };
    for (const run of this.#runs.slice(1).toReversed()) {
      run.task.complete(completion);
      this.#handoffs.pop()?.result(output === undefined ? {} : { summary: output });
    }
    const tokens = this.#tokens.total > 0 ? { tokens: { ...this.#tokens } } : {};
    this.#runs[0]?.task.complete({ ...completion, ...tokens });
  }

  /** A person answered, and the same state runs on. */
  resumed(answers: readonly Approval[]): this {
    for (const { callId, approved } of answers) {
      if (approved !== undefined)
        this.#acting.decided(`approval of ${callId}`, approved ? 'approved' : 'rejected');
    }
    for (const run of this.#runs) run.resumed();
    return this;
  }

  failed(error: unknown): void {
    const stopped = memberOf(error, 'result');
    if (memberOf(stopped, 'guardrail') !== undefined) this.#evaluate(stopped);
    const reason = stopped === undefined ? 'The run ended with an error.' : 'A guardrail stopped the run.';
    for (const run of this.#runs.slice(1).toReversed()) {
      run.task.fail({ reason, error });
      this.#handoffs.pop()?.error(error);
    }
    this.#runs[0]?.task.fail({ reason, error });
  }

  cancelled(): void {
    for (const run of this.#runs.toReversed()) run.task.cancel();
  }

  /** Guardrails, each once, though a state that runs on has those of before. */
  #judge({ inputGuardrailResults = [], outputGuardrailResults = [] }: RunOutcome): void {
    const results = [...inputGuardrailResults, ...outputGuardrailResults];
    for (const result of results.slice(this.#judged)) this.#evaluate(result);
    this.#judged = results.length;
  }

  #evaluate(result: unknown): void {
    const output = memberOf(result, 'output');
    const why = memberOf(output, 'outputInfo');
    this.#acting.task.policyEvaluated({
      policy: String(memberOf(memberOf(result, 'guardrail'), 'name') || 'guardrail'),
      outcome: memberOf(output, 'tripwireTriggered') === true ? 'blocked' : 'allowed',
      ...(why !== undefined && why !== null && { reason: textOf(why) }),
    });
  }
}

function idOf({ callId, id }: ToolCallItem, tool: string): string {
  return callId ?? id ?? tool;
}
