import { type Breach, type Findings, PARTS, type Part, type Skipped, type Tally } from './findings.ts';

/** What a run was made with, and on what. */
export interface Circumstances {
  /** RFC 3339. */
  readonly date: string;
  /** Names of what took part, and their versions. */
  readonly versions: Readonly<Record<string, string>>;
  readonly tenants: readonly { id: string; tier: string; account: string }[];
}

/** The result of a run, for programs. */
export interface Report extends Circumstances {
  readonly refused: boolean;
  readonly tried: number;
  readonly tallies: readonly Tally[];
  readonly breaches: readonly Breach[];
  readonly skipped: readonly Skipped[];
  readonly targets: Readonly<Record<Part, readonly string[]>>;
}

/** What each part does, as a reader outside the project has to hear it. */
const ABOUT: Readonly<Record<Part, { title: string; says: string }>> = {
  routes: {
    title: 'The HTTP API',
    says:
      "Every route of the functions' own route tables, asked over HTTP with every kind of credential. A refusal has to " +
      'be the expected status, and byte for byte the one that others of its kind get, up to the id of the request and ' +
      'what the caller sent: what another tenant has is answered like what nobody has.',
  },
  policies: {
    title: 'The synthesised policies',
    says:
      'Identity, resource and trust policies of the CloudFormation templates, as they are deployed to AWS. For every ' +
      'role and every resource of every other tenant: no Allow covers it, whatever the conditions, even if every Deny ' +
      'were taken away. For what is its own: the grants are those that were reviewed, no action is a wildcard, and ' +
      'nobody from outside is named but by the tenant file.',
  },
  enforcement: {
    title: 'The policies, enforced',
    says:
      "An AWS emulator that evaluates IAM: sessions of the deployed functions' roles call the services, on what other " +
      'tenants of the same account have and on a neighbour made for the run, whose resources have no policies of their ' +
      'own: there the caller is refused by its own role alone. Each call works for the root of the account, and each ' +
      'session opens something of its own, so that a refusal is what it seems.',
  },
  accounts: {
    title: 'Accounts',
    says: "Credentials of one tenant's account, at the account of another.",
  },
};

export function makeReport(findings: Findings, circumstances: Circumstances): Report {
  const { tallies, breaches, skipped } = findings;
  return {
    ...circumstances,
    refused: breaches.length === 0,
    tried: tallies.reduce((sum, { tried }) => sum + tried, 0),
    tallies,
    breaches,
    skipped,
    targets: {
      routes: findings.targets('routes'),
      policies: findings.targets('policies'),
      enforcement: findings.targets('enforcement'),
      accounts: findings.targets('accounts'),
    },
  };
}

/** The report as a page of Markdown, for a reader who has seen nothing else of the project. */
export function markdownOf(report: Report): string {
  const { date, versions, tenants, refused, tried, breaches } = report;
  const verdict = refused
    ? `**Every attack was refused**: ${tried} attacks, ${tried} refused as expected.`
    : `**${breaches.length} of ${tried} attacks were not refused as expected.**`;
  return [
    '# Isolation of tenants: attacks and what came of them',
    '',
    verdict,
    '',
    ...tableOf(
      ['', ''],
      [
        ['date', date],
        ...Object.entries(versions),
        ['tenants', tenants.map(({ id, tier, account }) => `${id} (${tier}, account ${account})`).join('; ')],
        ['repeat it', '`npm run isolation`, with a local cloud running (`npm run local -- up`)'],
      ],
    ),
    ...PARTS.flatMap((part) => partOf(part, report)),
    ...breachesOf(breaches),
    ...skippedOf(report.skipped),
  ].join('\n');
}

function partOf(part: Part, { tallies, targets }: Report): string[] {
  const own = tallies.filter((tally) => tally.part === part);
  if (own.length === 0) return [];
  const { title, says } = ABOUT[part];
  const attacked = targets[part];
  return [
    '',
    `## ${title}`,
    '',
    says,
    '',
    ...tableOf(
      ['attack', 'tried', 'refused'],
      own.map(({ kind, tried, refused }) => [kind, String(tried), String(refused)]),
    ),
    ...(attacked.length === 0
      ? []
      : [
          '',
          `<details><summary>What was attacked: ${attacked.length}</summary>`,
          '',
          ...attacked.map((target) => `- ${cell(target)}`),
          '',
          '</details>',
        ]),
  ];
}

function breachesOf(breaches: readonly Breach[]): string[] {
  if (breaches.length === 0) return [];
  const rows = breaches.map(({ part, kind, attack, expected, got }) => [part, kind, attack, expected, got]);
  return ['', '## Not refused', '', ...tableOf(['part', 'attack', 'what', 'expected', 'got'], rows)];
}

function skippedOf(skipped: readonly Skipped[]): string[] {
  const rows = skipped.map(({ part, what, why }) => [part, what, why]);
  return [
    '',
    '## Skipped',
    '',
    ...(rows.length === 0 ? ['Nothing.'] : tableOf(['part', 'what', 'why'], rows)),
    '',
  ];
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(cell)))];
}

/** Text of answers and names goes into a table: nothing of it may end a cell, a line, or start a tag. */
function cell(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;');
}
