import { tool } from '@langchain/core/tools';
import { z } from 'zod';

export const RECORD_DECISION = 'record_decision';

/** The decision block: what a model has to say about its reasons before it acts. */
export const decisionSchema = z.object({
  reasoning_summary: z.string().describe('Why, in words that somebody outside the team understands.'),
  options_considered: z
    .array(z.string())
    .describe(
      'Each as "<option> - SELECTED", REJECTED, NOT APPLICABLE or NOT TRIGGERED, with (why) after it.',
    ),
  policy_references: z.array(z.string()),
});

/** Models rarely say why by themselves; given this tool, and told to call it before they act, they do. */
export const recordDecision = tool(async () => 'recorded', {
  name: RECORD_DECISION,
  description: 'Call this before anything that changes something: say what you decided, and why.',
  schema: decisionSchema,
});
