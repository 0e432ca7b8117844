import { HumanMessage } from '@langchain/core/messages';
import type { AuditTrail } from '../../../clients/sdk/audit-trail.ts';
import { agentGraph } from '../langgraph/agent-graph.ts';
import type { Run } from '../local-run/report.ts';
import { REQUESTS, type Request } from './requests.ts';
import { scriptFor } from './scripts.ts';
import { customerTools, type StewardAnswer } from './tools.ts';
import type { WorkClock } from './work-clock.ts';

/** A data steward who has doubts about the largest sum. */
function stewardOn({ value }: Request): StewardAnswer {
  return Number(value) > 50_000
    ? { decision: 'rejected', justification: 'No audited accounts for last year.' }
    : { decision: 'approved', justification: 'Paid on time for six years; accounts seen.' };
}

/** One task a request: records changed, a change that a person allows and one that she does not, one refused, one failed. */
export async function customerRecordRuns(trail: AuditTrail, clock: WorkClock): Promise<Run[]> {
  const runs: Run[] = [];
  for (const request of REQUESTS) runs.push(await serve(request, trail, clock));
  return runs;
}

async function serve(request: Request, trail: AuditTrail, clock: WorkClock): Promise<Run> {
  const { at, user, customer, field, value } = request;
  clock.set(at);
  const goal = `Change ${field} of customer ${customer}`;
  const task = trail.startTask({
    goal,
    user_id: user,
    input: { customer, field, value },
    subjects: [{ type: 'customer', id: customer }],
  });
  const wish = `Please change ${field} of customer ${customer} to ${value}.`;
  clock.takes(2);
  task.message({ role: 'user', channel: 'service desk', content: wish });
  clock.takes(9);
  const steward = stewardOn(request);
  const model = scriptFor(request, steward.decision === 'approved');
  const graph = agentGraph(model, task, customerTools(task, clock, steward));
  try {
    const { messages } = await graph.invoke({ messages: [new HumanMessage(wish)] });
    const answer = messages.at(-1)?.text ?? '';
    clock.takes(6);
    task.message({ role: 'assistant', channel: 'service desk', content: answer });
    return { what: `${at} ${goal}`, lastEvent: task.complete({ output: { answer } }) };
  } catch (error) {
    const reason = 'The record could not be changed.';
    return { what: `${at} ${goal}: failed`, lastEvent: task.fail({ reason, error }) };
  }
}
