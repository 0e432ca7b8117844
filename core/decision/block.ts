import { z } from 'zod';

/** The tool that a model calls to say what it decided, and why. */
export const RECORD_DECISION = 'record_decision';

/** What a model is asked for. What it gives is read by `extractDecisions`, which takes a good deal more. */
export const decisionBlockSchema = z
  .strictObject({
    reasoning_summary: z
      .string()
      .min(1)
      .describe('Why, in one to four sentences that somebody outside the team understands.'),
    options_considered: z
      .array(z.string())
      .describe(
        'Every option that was weighed, each as "<option> - SELECTED", "- REJECTED", "- NOT APPLICABLE" or ' +
          '"- NOT TRIGGERED", with (why) after it. At most one is SELECTED.',
      ),
    policy_references: z
      .array(z.string())
      .describe('Names or numbers of the rules that were followed; empty where there are none.'),
  })
  .meta({ title: 'A decision and its reasons' });

/** JSON Schema 2020-12 of the block, for structured output and for tools. */
export const DECISION_JSON_SCHEMA = z.toJSONSchema(decisionBlockSchema, { target: 'draft-2020-12' });

/** What to add to the system prompt of a model that answers in text. */
export const DECISION_PROMPT = `Before every action that changes something, and whenever you choose between ways to go on, \
state your decision in one block like this, and nothing else in the block:

\`\`\`json
{
  "reasoning_summary": "Why, in one to four sentences that somebody outside the team understands.",
  "options_considered": [
    "First option - REJECTED (why)",
    "Second option - NOT APPLICABLE",
    "Third option - SELECTED"
  ],
  "policy_references": ["name-or-number-of-the-rule"]
}
\`\`\`

List every option that you weighed. Mark each as SELECTED, REJECTED, NOT APPLICABLE or NOT TRIGGERED, and at most one \
as SELECTED. Name the rules that you followed. Do not put secrets or personal data into the block.`;

/** What to add to the system prompt of a model that has the tool. */
export const DECISION_TOOL_PROMPT =
  `Call ${RECORD_DECISION} before every action that changes something, and whenever you choose between ways to go on. ` +
  'Say what you decided and why, list every option that you weighed, and name the rules that you followed.';

/** The tool's definition, in the form that most frameworks take: name, description, JSON Schema of the arguments. */
export const DECISION_TOOL = {
  name: RECORD_DECISION,
  description: 'Call this before anything that changes something: say what you decided, and why.',
  parameters: DECISION_JSON_SCHEMA,
} as const;
