import type { PackDocument } from '../document.ts';
import { claim, documentAt, template, testAt } from '../evidence.ts';
import type { Facts } from '../facts.ts';
import type { Graph } from '../graph.ts';

/** The picture, in which every box and arrow comes from the stack, and the arrows again as a table. */
export function architecture({ deployment }: Facts, graph: Graph): PackDocument {
  const { resources } = deployment;
  const name = new Map(graph.nodes.map(({ id, label, kind }) => [id, `${label} (${kind})`]));
  return {
    name: 'architecture',
    title: 'Architecture of the audit trail',
    sections: [
      {
        heading: 'From the agent to the signed record',
        intro: [
          'Drawn from the synthesised stack of this tenant and the policies of its roles: a box is a resource, an arrow is what ' +
            'IAM allows. Queues for what could not be processed, log groups and alarms are left out.',
        ],
        image: 'architecture.svg',
      },
      {
        heading: 'Trust boundaries',
        statements: [
          claim(
            'Whatever crosses the outer frame shows who it is: a claim signed by the emitter’s own key, a token, or a token of the tenant’s own issuer.',
            testAt('test/core/identity/claim.test.ts'),
            testAt('test/core/identity/token.test.ts'),
            documentAt('docs/identity.md'),
          ),
          claim(
            'Inside, each function has a role of its own, with the grants that are drawn and no others.',
            testAt('test/lib/stacks/privilege.test.ts'),
            template(resources, 'AWS::Lambda::Function', 'Role', ({ Role }) => Role !== undefined),
          ),
          claim('One function alone signs and writes records.', testAt('test/lib/stacks/privilege.test.ts')),
        ],
      },
      {
        heading: 'Every arrow, and what lets it happen',
        table: {
          head: ['from', 'to', 'flow', 'by'],
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
