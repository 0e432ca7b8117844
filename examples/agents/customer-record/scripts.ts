import { AIMessage } from '@langchain/core/messages';
import { type FakeBuiltModel, fakeModel } from '@langchain/core/testing';
import { RECORD_DECISION } from '../langgraph/record-decision.ts';
import { CREDIT_LIMIT, customerDataPolicy, POLICY } from './records.ts';
import type { Request } from './requests.ts';

const REFERENCE = `${POLICY.id}-v${POLICY.version}`;

/**
 * What a model would say to a request, written down, so that the example needs no key and does the same each time.
 * What it does after asking a person depends on whether that person `approved`.
 */
export function scriptFor(request: Request, approved: boolean): FakeBuiltModel {
  const { customer, field, value } = request;
  const change = { customer, field, value };
  const looked = fakeModel()
    .respondWithTools([{ name: 'read_customer', args: { customer } }])
    .respondWithTools([{ name: 'check_data_policy', args: change }]);
  switch (customerDataPolicy(request)) {
    case 'change':
      return looked
        .respondWithTools([
          decision(
            `${request.user} asked for a new ${field} for customer ${customer} and has the customer's written request ` +
              `on file. The policy lets me change this field by myself${field === 'credit_limit' ? `, up to ${CREDIT_LIMIT}` : ''}, ` +
              'so I change it and nothing else in the record.',
            [
              `Change ${field} - SELECTED`,
              'Ask a data steward - NOT TRIGGERED (the policy does not ask for one)',
              'Refuse the change - NOT APPLICABLE (the request is on file)',
            ],
          ),
          { name: 'update_customer', args: change },
        ])
        .respond(new AIMessage(`The ${field} of customer ${customer} has been changed.`));
    case 'ask':
      return afterSteward(
        looked.respondWithTools([
          decision(
            `A credit limit of ${value} is above ${CREDIT_LIMIT}, up to which I may decide by myself, so a data steward decides.`,
            [`Change ${field} - REJECTED (above my limit)`, 'Ask a data steward - SELECTED'],
          ),
          {
            name: 'ask_steward',
            args: {
              reason: `The wanted credit limit is above ${CREDIT_LIMIT}.`,
              question: `May I set the credit limit of customer ${customer} to ${value}?`,
            },
          },
        ]),
        change,
        approved,
      );
    case 'refuse':
      return looked
        .respondWithTools([
          decision(
            'The policy does not let an agent change a date of birth: it takes an identity document that a person has seen.',
            [`Change ${field} - REJECTED (not allowed to agents)`, 'Refuse the change - SELECTED'],
          ),
        ])
        .respond(new AIMessage('A date of birth is changed at the counter, with an identity document.'));
  }
}

function afterSteward(asked: FakeBuiltModel, change: object, approved: boolean): FakeBuiltModel {
  if (!approved) return asked.respond(new AIMessage('A data steward did not allow the change.'));
  return asked
    .respondWithTools([
      decision('A data steward approved the change, so I make it.', ['Make the approved change - SELECTED']),
      { name: 'update_customer', args: change },
    ])
    .respond(new AIMessage('A data steward approved the change, and it has been made.'));
}

function decision(reasoning_summary: string, options_considered: string[]) {
  return {
    name: RECORD_DECISION,
    args: { reasoning_summary, options_considered, policy_references: [REFERENCE] },
  };
}
