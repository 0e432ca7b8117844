import type { PackDocument, Section } from './document.ts';
import type { Statement } from './evidence.ts';
import type { Facts } from './facts.ts';

/** The statements of the package for programs: one a line of a control, with what each rests on. */
export function evidenceFile(documents: readonly PackDocument[], facts: Facts): string {
  const { deployment, live, date, version } = facts;
  const { id, tier } = deployment.tenant;
  const file = {
    tenant_id: id,
    tier,
    region: deployment.region,
    made_at: date,
    product_version: version,
    log: live ? { size: live.size, checkpoint: live.checkpoint, verifier_key: live.verifierKey } : null,
    statements: documents.flatMap(({ name, sections }) =>
      sections.flatMap((section) =>
        statementsIn(section).map(({ control, statement: { text, evidenced, evidence } }) => ({
          document: `${name}.md`,
          section: section.heading,
          control,
          text,
          evidenced,
          evidence,
        })),
      ),
    ),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Those of a table are of the control or clause that their row begins with. */
function statementsIn({
  statements = [],
  table,
}: Section): { control: string | null; statement: Statement }[] {
  const plain = statements.map((statement) => ({ control: null, statement }));
  const ofRows = (table?.rows ?? []).flatMap(([first, ...cells]) =>
    cells
      .filter((cell) => typeof cell !== 'string')
      .map((statement) => ({ control: typeof first === 'string' ? first : null, statement })),
  );
  return [...plain, ...ofRows];
}
