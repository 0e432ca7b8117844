import { tool } from '@langchain/core/tools';
import { z } from 'zod';
import type { Task } from '../../../clients/sdk/task.ts';
import { type AuditedTool, causeOf } from '../langgraph/audited-tools.ts';
import { changeCustomer, customerDataPolicy, findCustomer, POLICY } from './records.ts';
import type { WorkClock } from './work-clock.ts';

const customerSchema = z.object({ customer: z.string() });
const changeSchema = z.object({
  customer: z.string(),
  field: z.enum(['billing_address', 'phone', 'credit_limit', 'date_of_birth']),
  value: z.union([z.string(), z.number()]),
});
const questionSchema = z.object({ reason: z.string(), question: z.string() });

const STORE = { kind: 'table', system: 'crm', name: 'customers' };

/** What a data steward says when asked; in real life a person does. */
export interface StewardAnswer {
  decision: 'approved' | 'rejected';
  justification: string;
}

/** What the agent can do. The tools report the data that they touch, the policy that they apply, and whom they ask. */
export function customerTools(task: Task, clock: WorkClock, steward: StewardAnswer): AuditedTool[] {
  const read = tool(
    async ({ customer }, config) => {
      clock.takes(4);
      const found = findCustomer(customer);
      const access = { operation: 'read' as const, store: STORE, resource: `customer ${customer}` };
      task.dataAccessed({ ...access, record_count: 1, data_classes: ['customer record'] }, causeOf(config));
      return found;
    },
    { name: 'read_customer', description: "Reads a customer's record.", schema: customerSchema },
  );

  const checkPolicy = tool(
    async (change) => {
      clock.takes(2);
      const verdict = customerDataPolicy(change);
      const outcome = verdict === 'change' ? 'allowed' : 'blocked';
      task.policyEvaluated({
        policy: POLICY.id,
        version: POLICY.version,
        outcome,
        reason: `it says: ${verdict}`,
      });
      return verdict;
    },
    {
      name: 'check_data_policy',
      description: 'Whether to change, to ask, or to refuse.',
      schema: changeSchema,
    },
  );

  const askSteward = tool(
    async ({ reason, question }) => {
      const pending = task.escalate({ reason, question, requested_from: 'data stewards' });
      task.suspend({ waiting_for: 'the decision of a data steward' });
      clock.takes(11 * 60);
      pending.decided({ approver: { id: 'steward-5' }, ...steward });
      task.resume();
      return steward.decision;
    },
    { name: 'ask_steward', description: 'Asks a person, where the policy says so.', schema: questionSchema },
  );

  const update = tool(
    async ({ customer, field }, config) => {
      clock.takes(3);
      const changed = changeCustomer(customer, field);
      const access = {
        operation: 'write' as const,
        store: STORE,
        resource: `customer ${customer}, ${field}`,
      };
      task.dataAccessed({ ...access, record_count: 1, data_classes: ['customer record'] }, causeOf(config));
      return changed;
    },
    { name: 'update_customer', description: "Changes a field of a customer's record.", schema: changeSchema },
  );

  return [
    { tool: read, kind: 'api', purpose: 'see the record as it is' },
    { tool: checkPolicy, purpose: 'find out what the policy for customer data says' },
    { tool: askSteward, purpose: 'have a person decide' },
    {
      tool: update,
      kind: 'api',
      side_effect: true,
      purpose: 'change the record',
      elevated_permissions: ['crm:write'],
    },
  ];
}
