import { tool } from '@langchain/core/tools';
import { z } from 'zod';
import type { Task } from '../../../clients/sdk/task.ts';
import type { AuditedTool } from '../langgraph/audited-tools.ts';
import { findOrder, refund, returnPolicy } from './shop.ts';

const schema = z.object({ order_id: z.string() });

/** What the agent can do. The tools report the data that they touch and the policy that they apply. */
export function refundTools(task: Task): AuditedTool[] {
  const lookUpOrder = tool(
    async ({ order_id }) => {
      const { item, amount, delivered_days_ago } = findOrder(order_id);
      task.dataAccessed({
        operation: 'read',
        store: { kind: 'table', name: 'orders' },
        resource: `order ${order_id}`,
        record_count: 1,
        data_classes: ['order'],
      });
      return `${item}, ${amount} EUR, delivered ${delivered_days_ago} days ago`;
    },
    { name: 'look_up_order', description: 'What was ordered, for how much, when it was delivered.', schema },
  );

  const checkReturnPolicy = tool(
    async ({ order_id }) => {
      const verdict = returnPolicy(findOrder(order_id));
      const outcome = verdict === 'refund' ? 'allowed' : 'blocked';
      task.policyEvaluated({
        policy: 'return-policy',
        version: '3.2',
        outcome,
        reason: `it says: ${verdict}`,
      });
      return verdict;
    },
    { name: 'check_return_policy', description: 'Whether to refund, to ask a person, or to deny.', schema },
  );

  const issueRefund = tool(async ({ order_id }) => refund(findOrder(order_id)), {
    name: 'issue_refund',
    description: 'Pays the money back. It cannot be undone.',
    schema,
  });

  return [
    { tool: lookUpOrder, purpose: 'learn what was ordered and when it was delivered' },
    { tool: checkReturnPolicy, purpose: 'find out what the return policy says' },
    {
      tool: issueRefund,
      kind: 'api',
      side_effect: true,
      purpose: 'pay the money back',
      elevated_permissions: ['billing:refund'],
    },
  ];
}
