import { AIMessage } from '@langchain/core/messages';
import { type FakeBuiltModel, fakeModel } from '@langchain/core/testing';
import { RECORD_DECISION } from '../langgraph/record-decision.ts';

/**
 * What a model would say, written down, so that the example needs no key and does the same each time. With a real
 * model, `new ChatAnthropic(…)` or any other that calls tools goes in the place of these.
 */
export const SCRIPTS: Record<'4711' | '4712' | '4713', () => FakeBuiltModel> = {
  '4711': () =>
    afterLookingAt('4711')
      .respondWithTools([
        {
          name: RECORD_DECISION,
          args: {
            reasoning_summary:
              'The order was delivered 14 days ago, within the return window of 30 days, and its amount is below the limit up to which I may refund by myself.',
            options_considered: [
              'Deny the refund - NOT APPLICABLE (the order is within the return window)',
              'Ask a person - NOT TRIGGERED (the amount is below the limit)',
              'Refund automatically - SELECTED',
            ],
            policy_references: ['return-policy-v3.2'],
          },
        },
        { name: 'issue_refund', args: { order_id: '4711' } },
      ])
      .respond(new AIMessage('Your money for the kettle is on its way.')),

  '4712': () =>
    afterLookingAt('4712')
      .respondWithTools([
        {
          name: RECORD_DECISION,
          args: {
            reasoning_summary:
              'The order is within the return window, but its amount of 1,250 EUR is above the limit of 500 EUR up to which I may refund by myself.',
            options_considered: [
              'Refund automatically - REJECTED (the amount is above the limit)',
              'Ask a person - SELECTED',
            ],
            policy_references: ['return-policy-v3.2', 'refund-limit-500'],
          },
        },
      ])
      .respondWithTools([
        {
          name: 'ask_human',
          args: {
            reason: 'The amount is above the limit for automatic refunds.',
            question: 'May I refund 1,250 EUR for order 4712?',
          },
        },
      ])
      .respondWithTools([{ name: 'issue_refund', args: { order_id: '4712' } }])
      .respond(new AIMessage('A colleague approved the refund; your money for the bicycle is on its way.')),

  '4713': () =>
    afterLookingAt('4713')
      .respondWithTools([
        {
          name: RECORD_DECISION,
          args: {
            reasoning_summary:
              'The order was delivered 3 days ago and the amount is small: the policy allows it.',
            options_considered: ['Refund automatically - SELECTED'],
            policy_references: ['return-policy-v3.2'],
          },
        },
        { name: 'issue_refund', args: { order_id: '4713' } },
      ])
      .respond(new AIMessage('Your money for the lamp is on its way.')),
};

function afterLookingAt(order_id: string): FakeBuiltModel {
  return fakeModel()
    .respondWithTools([{ name: 'look_up_order', args: { order_id } }])
    .respondWithTools([{ name: 'check_return_policy', args: { order_id } }]);
}
