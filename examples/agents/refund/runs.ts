import { HumanMessage } from '@langchain/core/messages';
import { Command, INTERRUPT, isInterrupted } from '@langchain/langgraph';
import type { z } from 'zod';
import type { AuditTrail } from '../../../clients/sdk/audit-trail.ts';
import type { Run } from '../local-run/report.ts';
import { answerSchema, questionSchema, refundGraph } from './graph.ts';
import { SCRIPTS } from './scripts.ts';

const SUPERVISOR: z.infer<typeof answerSchema> = {
  approver: 'supervisor-7',
  decision: 'approved',
  justification: 'A customer of nine years; the bicycle came back undamaged.',
};

/** One customer's wish for each way in which a run can go: refunded, refunded after a person said yes, failed. */
export async function refundRuns(trail: AuditTrail): Promise<Run[]> {
  return [
    await refundOrder(trail, '4711', 'customer-17'),
    await refundOrder(trail, '4712', 'customer-23'),
    await refundOrder(trail, '4713', 'customer-17'),
  ];
}

async function refundOrder(trail: AuditTrail, orderId: keyof typeof SCRIPTS, customer: string): Promise<Run> {
  const goal = `Decide on the refund of order ${orderId}`;
  const task = trail.startTask({ goal, user_id: customer, input: { order_id: orderId } });
  const wish = `I would like my money back for order ${orderId}.`;
  task.message({ role: 'user', channel: 'chat', content: wish });

  const graph = refundGraph(SCRIPTS[orderId](), task);
  const thread = { configurable: { thread_id: task.id } };
  try {
    let state = await graph.invoke({ messages: [new HumanMessage(wish)] }, thread);

    // A paused graph returns just as a finished one does: taking that for the end would put a completion on record
    // that never happened. Only the interrupt tells.
    while (isInterrupted(state)) {
      const { reason, question } = questionSchema.parse(state[INTERRUPT][0]?.value);
      const pending = task.escalate({
        reason,
        question,
        requested_from: 'refund supervisors',
        resume_token: task.id,
      });
      task.suspend({ waiting_for: 'the decision of a supervisor' });
      const { approver, decision, justification } = answerSchema.parse(SUPERVISOR); // a person, in real life
      pending.decided({ approver: { id: approver }, decision, justification });
      task.resume();
      state = await graph.invoke(new Command({ resume: SUPERVISOR }), thread);
    }

    const answer = state.messages.at(-1)?.text ?? '';
    task.message({ role: 'assistant', channel: 'chat', content: answer });
    return { what: `${goal}: refunded`, lastEvent: task.complete({ output: { answer } }) };
  } catch (error) {
    const lastEvent = task.fail({
      reason: 'The refund could not be paid out.',
      error,
      last_known_state: { order_id: orderId, refunded: false },
    });
    return { what: `${goal}: failed`, lastEvent };
  }
}
