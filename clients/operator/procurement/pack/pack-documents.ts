import type { Picture } from '../../../../core/report/picture.ts';
import type { PackDocument } from './document.ts';
import { statementsOf } from './document.ts';
import { architecture, PICTURE } from './documents/architecture.ts';
import { caiqLog } from './documents/caiq-log.ts';
import { coverage } from './documents/coverage.ts';
import { isolation } from './documents/isolation.ts';
import { regulatoryMapping } from './documents/regulatory-mapping.ts';
import { residency } from './documents/residency.ts';
import { retention } from './documents/retention.ts';
import { tamperEvidence } from './documents/tamper-evidence.ts';
import { evidenceFile } from './evidence-file.ts';
import type { Facts } from './facts.ts';
import { graphOf } from './graph.ts';
import { toMarkdown } from './markdown.ts';
import { packagePdf } from './pdf.ts';
import { pictureOf } from './picture.ts';
import { toSvg } from './svg.ts';

/** The documents of the package, in the order in which they are read. */
export function documentsOf(facts: Facts): PackDocument[] {
  return [
    architecture(facts, graphOf(facts.deployment), pictureOfTenant(facts)),
    residency(facts),
    isolation(facts),
    retention(facts),
    tamperEvidence(facts),
    regulatoryMapping(facts),
    caiqLog(),
    coverage(),
  ];
}

/** Of whom, when, of which tier and at which size of the log the package is: it stands on every document. */
function stampOf({ deployment: { tenant }, date, version, live }: Facts): string {
  const head = live ? `at ${live.size} records` : 'the log was not reached';
  return `For ${tenant.display_name} (${tenant.id}), ${date}, ${tenant.tier}; ${head}. Product ${version}.`;
}

/** The package as one PDF, of the same documents. */
export async function packagePdfOf(facts: Facts): Promise<Uint8Array> {
  const documents = documentsOf(facts);
  const front = contents(documents, facts);
  return await packagePdf([front, ...documents], {
    title: front.title,
    stamp: stampOf(facts),
    date: facts.date,
    picture: packageOf(facts).get(PICTURE) ?? '',
  });
}

/** The whole package, by file name. */
export function packageOf(facts: Facts): Map<string, string> {
  const documents = documentsOf(facts);
  const stamp = stampOf(facts);
  const files = new Map(documents.map((document) => [`${document.name}.md`, toMarkdown(document, stamp)]));
  files.set('evidence.json', evidenceFile(documents, facts));
  files.set(PICTURE, toSvg(pictureOfTenant(facts)));
  files.set('README.md', toMarkdown(contents(documents, facts), stamp));
  return files;
}

function pictureOfTenant({ deployment }: Facts): Picture {
  const { tenant, account, policies, region } = deployment;
  const owner =
    tenant.tier === 'account-per-tenant'
      ? `, of the ${tenant.account_owner}, for this tenant alone`
      : ', of the platform';
  return pictureOf(graphOf(deployment), {
    title: `Audit trail of ${tenant.display_name}, ${region}`,
    account: `AWS account ${account}${owner}`,
    stack: `the stack ${policies.place.stack}, roles and policies of its own`,
  });
}

/** What the package holds, how much of it is evidenced, and the state of the log that it was made at. */
function contents(documents: readonly PackDocument[], { deployment, live }: Facts): PackDocument {
  const rows = documents.map((document) => {
    const statements = statementsOf(document);
    const open = statements.filter(({ evidenced }) => !evidenced).length;
    return [document.title, `${document.name}.md`, String(statements.length), String(open)];
  });
  return {
    name: 'README',
    title: `Audit trail documentation for ${deployment.tenant.display_name}`,
    sections: [
      {
        heading: 'Documents',
        intro: [
          'Made from the tenant’s file, the synthesised stack, the last run of the isolation suite and the running log. Behind each ' +
            'statement stands what it rests on: a setting, the template, a route, a test, a document, a report, the log. Where something ' +
            'that it would rest on is not there, it reads "Not evidenced". A test is named by the file that fails if the statement ' +
            'were false: `npm test` runs them all.',
        ],
        table: { head: ['document', 'file', 'statements', 'not evidenced'], rows, columns: 'numbers' },
      },
      {
        heading: 'The log when this was made',
        ...(live
          ? {
              intro: ['Its signed head, and the key to verify it with, as KMS names it.'],
              verbatim: `${live.checkpoint.trimEnd()}\n\n${live.verifierKey}`,
            }
          : { intro: ['It was not reached: what only the running system can show is not evidenced.'] }),
      },
    ],
  };
}
