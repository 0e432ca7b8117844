import { prepared } from '../../answers/prepared.ts';
import type { PackDocument } from '../document.ts';

const OWNERS = {
  product: 'the product',
  shared: 'the product and the operator',
  operator: 'the operator: ask them',
} as const;

/** The prepared answers to the domain LOG of the Cloud Controls Matrix. */
export function caiqLog(): PackDocument {
  const rows = prepared().filter(({ id }) => id.startsWith('LOG-'));
  return {
    name: 'caiq-log',
    title: 'Answers to the LOG questions of CAIQ v4',
    sections: [
      {
        heading: 'LOG-01 to LOG-13',
        intro: [
          'Questions in our own words; numbers are those of the controls of CSA CCM v4. Where CAIQ asks more than one question about a control (LOG-01.1, LOG-01.2), the answer is to all of them.',
        ],
        table: {
          head: ['control', 'question', 'whose', 'answer, and the evidence'],
          rows: rows.map(({ id, question, owner, statement }) => [id, question, OWNERS[owner], statement]),
        },
      },
    ],
  };
}
