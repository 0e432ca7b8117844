import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const FILE = 'clients/operator/procurement/answers/answers.json';

const file = z.object({
  state: z.string(),
  sources: z.record(z.string(), z.string()),
  answers: z.array(
    z.object({
      id: z.string(),
      question: z.string(),
      owner: z.enum(['product', 'operator', 'shared']),
      answer: z.string(),
      evidence: z.array(z.string()),
    }),
  ),
});

const WHOSE = {
  product: '',
  operator: ' *The operator answers this.*',
  shared: ' *In part the operator’s to answer.*',
};

/** The prepared answers to questionnaires, each with the pages that say more, as one page of Markdown. */
export function questionsPage(root: string): string {
  const { state, answers } = file.parse(JSON.parse(readFileSync(join(root, FILE), 'utf8')));
  return [
    '# Questions of a questionnaire',
    '',
    `What buyers ask, and where the answer is shown. As of ${state}; \`npm run procurement -- answer "QUESTION"\` finds the closest of`,
    'these by its words and shows its evidence, and the [procurement pages](../README.md) prepare a person for the review.',
    ...answers.flatMap(({ id, question, owner, answer, evidence }) => [
      '',
      `## ${question}`,
      '',
      `${answer}${WHOSE[owner]}`,
      '',
      `\`${id}\`. Shown by: ${evidence.map(shown).join(', ')}.`,
    ]),
    '',
  ].join('\n');
}

/** A document is linked; a test, a route or a command is named. */
function shown(evidence: string): string {
  const at = evidence.indexOf(':');
  const [kind, what] = [evidence.slice(0, at), evidence.slice(at + 1)];
  if (kind === 'document' && what.startsWith('docs/')) return `[${what}](../../../${what})`;
  if (kind === 'document') return `[${what}](../../../${what})`;
  return `\`${what}\``;
}
