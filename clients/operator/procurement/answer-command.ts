import type { Command } from 'commander';
import type { World } from '../tenant/desk.ts';
import { printableJson, printableLines } from '../tenant/terminal.ts';
import { type Prepared, prepared } from './answers/prepared.ts';
import { search } from './answers/search.ts';

const SHOWN = 3;

const WHOSE: Readonly<Record<Prepared['owner'], string>> = {
  product: 'answered by the product',
  shared: 'answered by the product, and by the operator for their part',
  operator: 'not ours: ask the operator',
};

const NOTE = `
Looks for the prepared answer that fits best, by its words alone: no model takes part, and nothing is sent anywhere. The
answers are in clients/operator/procurement/answers/answers.json, each with the tests, routes and documents that it rests
on, which are looked up as they are now.`;

/** `answer`. */
export function addAnswerCommand(program: Command, world: World): void {
  program
    .command('answer')
    .description('a prepared answer to a question of a questionnaire, with its evidence')
    .argument('<question...>', 'the question, or words of it')
    .option('--json', 'as JSON', false)
    .addHelpText('after', NOTE)
    .action((words: string[], { json }: { json: boolean }) => answer(world, words.join(' '), json));
}

function answer({ out, fail }: World, question: string, json: boolean): void {
  const found = search(question, prepared()).slice(0, SHOWN);
  const [best, ...others] = found.map(({ prepared: one }) => one);
  if (!best) {
    fail();
    out('No prepared answer fits. Ask the operator, or say it in other words.');
    return;
  }
  if (json) {
    out(printableJson({ question, answers: [best, ...others] }));
    return;
  }
  const { id, owner, statement } = best;
  const evidence = statement.evidence.map(({ kind, where }) => `  ${kind}  ${where}`);
  out(
    printableLines(
      [
        `${id}: ${best.question}`,
        `(${WHOSE[owner]})`,
        '',
        statement.text,
        ...(statement.evidenced
          ? []
          : ['', 'NOT EVIDENCED: something that this would rest on is not in this version.']),
        ...(evidence.length === 0 ? [] : ['', 'Evidence:', ...evidence]),
        ...(others.length === 0
          ? []
          : ['', 'Also near:', ...others.map((one) => `  ${one.id}: ${one.question}`)]),
      ].join('\n'),
    ),
  );
}
