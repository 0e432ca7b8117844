import { z } from 'zod';
import { statement, text } from './values.ts';

/** What became of an option that an agent considered. */
export const OPTION_OUTCOMES = ['selected', 'rejected', 'not_applicable', 'not_triggered'] as const;

const MAX_TEXT_FORM = 4_096;
const SUFFIX = /^(selected|rejected|not[ _]applicable|not[ _]triggered)(?:\s*:\s*(\S.*)|\s*\((\S.*)\))?$/is;

const optionSchema = z
  .strictObject({ option: statement(), outcome: z.enum(OPTION_OUTCOMES), reason: text().optional() })
  .meta({ id: 'ConsideredOption' });

type ConsideredOption = z.infer<typeof optionSchema>;

/**
 * Reads `"Initiate refund automatically - SELECTED"`, also with `: why` or `(why)` after the outcome; undefined
 * where no outcome follows a dash. An option may hold dashes itself, so the last that fits counts.
 */
export function parseOptionText(line: string): ConsideredOption | undefined {
  if (line.length > MAX_TEXT_FORM) return undefined;
  for (const { index, 0: dash } of [...line.matchAll(/\s[-–—]\s/g)].reverse()) {
    const option = line.slice(0, index).trim();
    const match = SUFFIX.exec(line.slice(index + dash.length).trim());
    if (!match || option === '') continue;
    const [, word = '', colon, bracket] = match;
    const outcome = OPTION_OUTCOMES.find((name) => name === word.toLowerCase().replace(' ', '_'));
    const reason = colon ?? bracket;
    if (outcome) return reason === undefined ? { option, outcome } : { option, outcome, reason };
  }
  return undefined;
}

const optionTextSchema = z
  .string()
  .max(MAX_TEXT_FORM)
  .transform((line, context): ConsideredOption => {
    const option = parseOptionText(line);
    if (option) return option;
    context.addIssue({
      code: 'custom',
      message: 'expected "<option> - SELECTED", REJECTED, NOT APPLICABLE or NOT TRIGGERED',
      input: line,
    });
    return z.NEVER;
  });

/** `{option, outcome, reason}`, or the one-line form, which is normalised to it. */
export const consideredOptionSchema = z.union([optionSchema, optionTextSchema], {
  error: 'expected {option, outcome, reason} or "<option> - SELECTED"',
});
