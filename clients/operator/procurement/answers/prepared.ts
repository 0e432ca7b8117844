import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PROJECT } from '../../local/state.ts';
import { claim, documentAt, type Looked, route, type Statement, testAt } from '../pack/evidence.ts';

export const ANSWERS_FILE = 'clients/operator/procurement/answers/answers.json';

const fileSchema = z.strictObject({
  state: z.iso.date(),
  sources: z.record(z.string(), z.string()),
  answers: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        question: z.string().min(1),
        also: z.array(z.string()),
        owner: z.enum(['product', 'shared', 'operator']),
        answer: z.string().min(1),
        evidence: z.array(z.string().regex(/^(route|test|document):./)),
      }),
    )
    .min(1),
});

/** A prepared answer: the product's own, shared with the operator, or the operator's alone. */
export interface Prepared {
  readonly id: string;
  readonly question: string;
  /** Other words for it. */
  readonly also: readonly string[];
  readonly owner: 'product' | 'shared' | 'operator';
  /** The answer, with its evidence as it is there now. */
  readonly statement: Statement;
}

/** All prepared answers, their evidence looked up. */
export function prepared(): Prepared[] {
  const { answers } = fileSchema.parse(JSON.parse(readFileSync(join(PROJECT, ANSWERS_FILE), 'utf8')));
  return answers.map(({ answer, evidence, ...rest }) => ({
    ...rest,
    statement: statementOf(answer, rest.owner, evidence),
  }));
}

/** What is the operator's to answer claims nothing of ours, so that nothing is missing where it has no evidence. */
function statementOf(answer: string, owner: Prepared['owner'], evidence: readonly string[]): Statement {
  if (owner === 'operator' && evidence.length === 0) return { text: answer, evidence: [], evidenced: true };
  return claim(answer, ...evidence.map(lookUp));
}

function lookUp(named: string): Looked {
  const [kind = '', where = ''] = named.split(/:(.*)/s);
  if (kind === 'route') return route(where);
  return kind === 'test' ? testAt(where) : documentAt(where);
}
