import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { templateSchema } from '../../../../clients/operator/local/assembly.ts';
import { PROJECT } from '../../../../clients/operator/local/state.ts';
import { type Deployment, deploymentOf } from '../../../../clients/operator/procurement/pack/deployment.ts';
import { statementsOf } from '../../../../clients/operator/procurement/pack/document.ts';
import { route } from '../../../../clients/operator/procurement/pack/evidence.ts';
import type { Facts, IsolationRun, Live } from '../../../../clients/operator/procurement/pack/facts.ts';
import { graphOf } from '../../../../clients/operator/procurement/pack/graph.ts';
import {
  documentsOf,
  packageOf,
  packagePdfOf,
} from '../../../../clients/operator/procurement/pack/pack-documents.ts';
import { tenantSchema } from '../../../../lib/config/tenant.ts';
import { readPdf } from '../../../lambdas/export-records/read-pdf.ts';
import { accountTenant, EMITTER, tableTenant, tenantStack } from '../../../lib/synthesised.ts';

const templates = {
  table: templateSchema.parse(Template.fromStack(tenantStack(tableTenant)).toJSON()),
  account: templateSchema.parse(Template.fromStack(tenantStack(accountTenant)).toJSON()),
};

function deployed(file: object, template = templates.table, account = '000000000000'): Deployment {
  const tenant = tenantSchema.parse(file);
  return deploymentOf(tenant, { stack: `AuditTrail-${tenant.id}`, account, region: tenant.region, template });
}

const live: Live = {
  checkpoint: 'audit.example.com/acme/01234567\n42\nroot\n\n— audit.example.com/acme/01234567 sig\n',
  size: 42,
  verifierKey: 'audit.example.com/acme/01234567+00000000+AQ==',
  retention: { version: 1, policy: tenantSchema.parse(tableTenant).retention },
};
const isolation: IsolationRun = {
  date: '2026-11-24T09:00:00.000Z',
  refused: true,
  tried: 1_000,
  breaches: 0,
  skipped: [{ what: 'conditions on dates', why: 'no local run shows them' }],
  ofTenant: true,
  file: '.local/isolation.json',
};

function facts(deployment: Deployment, more: Partial<Facts> = {}): Facts {
  return { deployment, live, isolation, date: '2026-11-24T10:00:00.000Z', version: '0.1.0', ...more };
}

const acme = deployed(tableTenant);
const globex = deployed(accountTenant, templates.account, '111122223333');
const text = (of: Facts, file: string) => packageOf(of).get(file) ?? '';
/** The sentences of a document by whether they are evidenced. */
const sentences = (of: Facts, name: string) =>
  new Map(
    documentsOf(of)
      .filter((document) => document.name === name)
      .flatMap(statementsOf)
      .map((statement) => [statement.text, statement.evidenced]),
  );

describe('the package', () => {
  test('is dated, in the tenant’s name, with the checkpoint that it was made at', () => {
    for (const [name, content] of packageOf(facts(acme)))
      if (name.endsWith('.md'))
        expect(content).toContain(
          'For Acme (acme), 2026-11-24T10:00:00.000Z, table-per-tenant; at 42 records',
        );
    expect(text(facts(acme), 'README.md')).toContain(live.checkpoint.trimEnd());
  });

  test('of two tenants in two tiers tells two different truths', () => {
    const [table, own] = [acme, globex].map((one) => text(facts(one), 'isolation-guarantee.md'));
    expect(table).toContain('in the platform’s AWS account');
    expect(table).not.toContain(EMITTER);
    expect(own).toContain('has an AWS account of its own \\(111122223333\\)');
    expect(own).toContain('role/agents');
    expect(text(facts(globex), 'architecture.svg')).toContain(
      'AWS account 111122223333, of the provider, for this tenant alone',
    );
    expect(text(facts(globex), 'data-flow-and-residency.md')).toContain('belongs to the provider');
  });

  test('says what is not there', () => {
    const without = facts(acme, { live: undefined, isolation: undefined });
    expect(sentences(without, 'data-flow-and-residency').get('The data processing agreement.')).toBe(false);
    expect(sentences(without, 'tamper-evidence').get('The head of the log.')).toBe(false);
    expect(text(without, 'isolation-guarantee.md')).toMatch(
      /refused on a running system\. \*\*Not evidenced\.\*\*/,
    );
    expect(text(without, 'README.md')).toContain('It was not reached');
  });

  test('takes the guarantee back where an attack got through, and tells of it', () => {
    const broken = facts(acme, { isolation: { ...isolation, refused: false, breaches: 2 } });
    const said = sentences(broken, 'isolation-guarantee');
    expect([...said].find(([sentence]) => sentence.includes('NOT refused'))).toEqual([
      '2 of 1000 attacks were NOT refused.',
      true,
    ]);
    const guaranteed = [...said].filter(([sentence]) => /^(No runtime role|A token of one)/.test(sentence));
    expect(guaranteed.map(([, evidenced]) => evidenced)).toEqual([false, false]);
    expect([...sentences(facts(acme), 'isolation-guarantee').values()]).not.toContain(false);
  });

  test('does not quote a run in which the tenant had no part', () => {
    const others = facts(acme, { isolation: { ...isolation, ofTenant: false } });
    expect([...sentences(others, 'isolation-guarantee').values()]).toContain(false);
  });
});

describe('a setting that changes changes its sentence', () => {
  const changed = (more: object) => facts(deployed({ ...tableTenant, ...more }), { live: undefined });
  test.each([
    [{ region: 'eu-central-1' }, 'data-flow-and-residency.md', 'stored in the AWS Region eu-central-1'],
    [
      { data_processing: { dpa: 'DPA 2026-17', subprocessors: ['Example Ltd'] } },
      'data-flow-and-residency.md',
      'agreement is DPA 2026-17. *[setting',
    ],
    [
      { personal_data: ['/payload/goal'] },
      'data-flow-and-residency.md',
      'the personal fields /payload/goal are replaced',
    ],
    [{ lock_mode: 'GOVERNANCE' }, 'retention-and-deletion.md', 'without the permission to bypass the lock'],
    [
      { retention: { ...tableTenant.retention, archive_after_days: 61 } },
      'retention-and-deletion.md',
      'the 61 days after which',
    ],
    [{ sign_each: true }, 'tamper-evidence.md', 'Each record is signed by itself, too.'],
  ])('%j', (more, file, sentence) => {
    expect(text(changed({}), file)).not.toContain(sentence);
    expect(text(changed(more), file)).toContain(sentence);
  });

  test('and a policy that the tenant has set wins over the file', () => {
    const policy = { ...live.retention.policy, immutability_days: 184, min_days: 184 };
    const set = facts(acme, { live: { ...live, retention: { version: 3, policy } } });
    expect(text(set, 'retention-and-deletion.md')).toContain('For 184 days from its recording');
    expect(text(set, 'retention-and-deletion.md')).toContain('The lock is as long as the six months');
    expect(text(set, 'regulatory-mapping.md')).toContain('which covers six months');
    expect(text(facts(acme), 'regulatory-mapping.md')).toContain('100 days, which does not cover six months');
  });
});

test('the mapping does not make the usual mistakes', () => {
  const mapping = text(facts(acme), 'regulatory-mapping.md');
  expect(mapping).not.toMatch(/compliant|mandated|180 days|August 2026|8\.4|210\.2-06/i);
  expect(mapping).toContain('2 December 2027 \\(Annex III\\)'.replaceAll('\\', ''));
  const clauses = ['12\\(1\\)', '12\\(3\\)', '13\\(3\\)\\(f\\)', '14', '19\\(1\\)', '26\\(6\\)'];
  for (const clause of clauses) expect(mapping).toContain(`EU AI Act Art. ${clause}`);
  for (const clause of [
    'SOC 2 CC7.2',
    '42001 8.1',
    'A.6.2.8',
    '17a-4',
    '164.312',
    '164.316',
    'MEASURE 2.8',
    'MANAGE 4.1',
  ])
    expect(mapping).toContain(clause);
});

describe('the picture', () => {
  const graph = graphOf(acme);
  const label = new Map(graph.nodes.map(({ id, label: text }) => [id, text]));

  test('has every function, store, queue and key of the stack, and the arrows that IAM allows', () => {
    expect([...label.values()]).toEqual(
      expect.arrayContaining([
        'write-log',
        'ingest-api',
        'read-api',
        'admin-api',
        'records',
        'control',
        'archive',
        'work',
        'signing',
        'api',
        'ingest',
        'internal',
      ]),
    );
    const signers = graph.edges
      .filter(({ actions }) => actions.includes('kms:Sign'))
      .map(({ from }) => label.get(from));
    expect(signers).toEqual(['write-log']);
    const writers = graph.edges.filter(({ to, flow }) => label.get(to) === 'records' && flow === 'writes');
    expect(writers.map(({ from }) => label.get(from))).toContain('write-log');
    expect(writers.map(({ from }) => label.get(from))).not.toContain('read-api');
  });

  test('draws each of them once, and nothing of a name becomes a tag', () => {
    const svg = text(facts(deployed({ ...tableTenant, display_name: '<script>"&' })), 'architecture.svg');
    expect(svg).toContain('&lt;script&gt;&quot;&amp;');
    expect(svg).not.toContain('<script');
    for (const name of label.values()) expect(svg.split(`class="label">${name}<`)).toHaveLength(2);
    expect(svg.match(/<title>/g)).toHaveLength(graph.edges.length);
    expect(svg).toContain('Trust boundary: AWS account 000000000000');
  });
});

test('the same package is one PDF/A-3a, with the picture drawn in it, told in words, and attached', async () => {
  const bytes = await packagePdfOf(facts(globex));
  expect(Buffer.from(bytes).toString('latin1')).toContain('<pdfaid:part>3</pdfaid:part>');
  const { pages, elements, attachments, figures } = await readPdf(bytes);
  expect(elements.get('Figure')).toBe(1);
  expect(figures).toEqual([
    expect.stringMatching(/^Audit trail of Acme, us-east-1.*functions: write-log, .*arrows/),
  ]);
  const drawn = pages.filter((page) => page.includes('Trust boundary: AWS account 111122223333'));
  expect(drawn).toHaveLength(1);
  for (const { label } of graphOf(globex).nodes) expect(drawn[0]).toContain(label);
  expect(Buffer.from(attachments.get('architecture.svg') ?? []).toString()).toBe(
    text(facts(globex), 'architecture.svg'),
  );
});

test('every test, document and route that a statement or an answer may rest on is there', () => {
  const folder = join(PROJECT, 'clients/operator/procurement');
  const sources = globSync('**/*.{ts,json}', { cwd: folder }).map((name) =>
    readFileSync(join(folder, name), 'utf8'),
  );
  const cited = sources.flatMap((source) => [
    ...source.matchAll(/(?:testAt|documentAt)\(\s*'([^']+)'|"(?:test|document):([^"#]+)/g),
  ]);
  const paths = new Set(cited.map(([, inCode, inAnswers = '']) => inCode ?? inAnswers));
  expect(paths.size).toBeGreaterThan(40);
  expect([...paths].filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
  const routes = sources.flatMap((source) => [
    ...source.matchAll(/(?:\broute\(\s*'|"route:)([A-Z]+ [^'"]+)/g),
  ]);
  expect(routes.map(([, name = '']) => name).filter((name) => !route(name))).toEqual([]);
});
