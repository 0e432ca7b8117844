import type { Picture } from '../../../../../core/report/picture.ts';
import type { PackDocument } from '../document.ts';
import { claim, documentAt, template, testAt } from '../evidence.ts';
import type { Facts } from '../facts.ts';
import { COLUMNS, type Graph } from '../graph.ts';

/** The file of the picture. */
export const PICTURE = 'architecture.svg';

/** What the picture shows, in words; its arrows stand one by one in the table. */
function altOf({ nodes, edges }: Graph, { title }: Picture): string {
  const named = COLUMNS.map((column) => {
    const labels = nodes.filter((node) => node.column === column).map(({ label }) => label);
    return `${column}: ${labels.join(', ')}`;
  });
  return (
    `${title}. From left to right, ${named.join('; ')}. All but what is outside lies within two trust boundaries, the AWS ` +
    `account and in it the stack. ${edges.length} arrows, listed below under "Every arrow, and what lets it happen".`
  );
}

/** The picture, in which every box and arrow comes from the stack, and the arrows again as a table. */
export function architecture({ deployment }: Facts, graph: Graph, picture: Picture): PackDocument {
  const { resources } = deployment;
  const name = new Map(graph.nodes.map(({ id, label, kind }) => [id, `${label} (${kind})`]));
  return {
    name: 'architecture',
    title: 'Architecture of the audit trail',
    sections: [
      {
        heading: 'Trust boundaries',
        statements: [
          claim(
            'Whoever comes in across the outer frame shows who it is: a claim signed by the emitter’s own key, a token, or a token of the tenant’s own issuer.',
            testAt('test/core/identity/claim.test.ts'),
            testAt('test/core/identity/token.test.ts'),
            documentAt('docs/identity.md'),
          ),
          claim(
            'Inside, each function has a role of its own, with the grants that are drawn and no others.',
            testAt('test/lib/stacks/privilege.test.ts'),
            template(resources, 'AWS::Lambda::Function', 'Role', ({ Role }) => Role !== undefined),
          ),
          claim(
            'One function alone sends out: to addresses of the public internet that the tenant named, with a signature that the receiver can check or the credential that it gave.',
            testAt('test/lambdas/adapters/public-post.test.ts'),
            testAt('test/core/webhook/signature.test.ts'),
            documentAt('docs/adr/egress.md'),
          ),
          claim('One function alone signs and writes records.', testAt('test/lib/stacks/privilege.test.ts')),
        ],
      },
      {
        heading: 'From the agent to the signed record',
        intro: [
          'Drawn from the synthesised stack of this tenant and the policies of its roles: a box is a resource, an arrow is what ' +
            'IAM allows. Queues for what could not be processed, log groups and alarms are left out.',
        ],
        image: { file: PICTURE, picture, alt: altOf(graph, picture) },
      },
      {
        heading: 'Every arrow, and what lets it happen',
        table: {
          head: ['from', 'to', 'flow', 'by'],
          columns: [4, 4, 2, 7],
          rows: graph.edges.map(({ from, to, flow, actions }) => [
            name.get(from) ?? from,
            name.get(to) ?? to,
            flow,
            actions.join(', '),
          ]),
        },
      },
    ],
  };
}
