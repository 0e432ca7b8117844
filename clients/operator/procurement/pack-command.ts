import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { openTrusted } from '../../../core/receipt/key-chain.ts';
import { retentionPolicySchema } from '../../../core/retention/policy.ts';
import { versionOf } from '../isolation/circumstances.ts';
import { PROJECT, statePaths } from '../local/state.ts';
import { parseTenantId, type World } from '../tenant/desk.ts';
import { findDeployed } from '../tenant/locate.ts';
import { synthesiseTenant } from './pack/deployment.ts';
import { statementsOf } from './pack/document.ts';
import type { IsolationRun, Live } from './pack/facts.ts';
import { documentsOf, packageOf, packagePdfOf } from './pack/pack-documents.ts';
import { Session } from './simulate/session.ts';
import { readCheckpoint } from './simulate/whole-log.ts';
import { withApi } from './tenant-api.ts';

const PATIENCE_MS = 240_000;

const NOTE = `
Writes the documents of a procurement package into a folder: architecture with a picture, data flow and residency,
isolation guarantee, retention and deletion, tamper evidence, regulatory mapping, answers to the LOG questions of CAIQ, and
what the trail cannot see, in Markdown, and all of them as package.pdf. They are made from the tenant's file, the synthesised stack, the last run of npm run isolation
and, where the tenant runs, its log. What they would rest on and is not there reads "Not evidenced".`;

interface Options {
  tenant: string;
  out?: string;
  tenants: string;
  isolation?: string;
  state: string;
  outputs?: string;
}

/** `pack`. */
export function addPackCommand(program: Command, world: World): void {
  program
    .command('pack')
    .description('the documentation package of a tenant')
    .requiredOption('--tenant <id>', 'the tenant', parseTenantId)
    .option('--out <dir>', 'the folder (default: package-<id> in the state directory)')
    .option('--tenants <dir>', 'the folder of tenant files', join(PROJECT, 'tenants'))
    .option(
      '--isolation <file>',
      'a report of npm run isolation -- --json (default: the last run in the state directory)',
    )
    .option('--state <dir>', 'state directory of the local cloud, which is looked at first', '.local')
    .option('--outputs <file>', 'what cdk deploy --outputs-file wrote; nothing else is looked at')
    .addHelpText('after', NOTE)
    .action((options: Options) => pack(world, options));
}

async function pack(world: World, options: Options): Promise<void> {
  const { tenant, state } = options;
  const directory = options.out ?? join(statePaths(state).dir, `package-${tenant}`);
  const deployment = await synthesiseTenant(tenant, options.tenants, AbortSignal.timeout(PATIENCE_MS));
  const facts = {
    deployment,
    live: await readLive(world, options),
    isolation: readIsolation(
      options.isolation ?? statePaths(state).isolation,
      tenant,
      options.isolation !== undefined,
    ),
    date: new Date(world.now()).toISOString(),
    version: versionOf(),
  };
  await mkdir(directory, { recursive: true });
  for (const [name, text] of packageOf(facts)) await writeFile(join(directory, name), text);
  await writeFile(join(directory, 'package.pdf'), await packagePdfOf(facts));
  const statements = documentsOf(facts).flatMap(statementsOf);
  const open = statements.filter(({ evidenced }) => !evidenced).length;
  if (!facts.live) world.err('The tenant was not reached: what only the running log shows is not evidenced.');
  if (!facts.isolation) world.err('There is no report of the isolation suite: npm run isolation makes one.');
  world.out(
    `${statements.length} statements, ${open} of them not evidenced: ${join(directory, 'README.md')}`,
  );
}

const liveSchema = z.looseObject({ version: z.int(), policy: retentionPolicySchema });

/** What the running log says of itself; undefined where the tenant is not known to run. */
async function readLive(world: World, options: Options): Promise<Live | undefined> {
  const tenant = findDeployed(options.tenant, options);
  if (!tenant) return undefined;
  let live: Live | undefined;
  await withApi(tenant, ['log:read', 'retention'], world.now, async (api) => {
    const session = new Session(api, join(statePaths(options.state).dir, 'procurement', tenant.id));
    const checkpoint = await readCheckpoint(session);
    const opened = openTrusted(checkpoint, await session.trust());
    if (!opened.ok)
      throw new AuditError('integrity', `The head of the log does not verify: ${opened.failure}.`);
    const retention = liveSchema.parse(await session.get('/v1/audit/retention-policy'));
    live = { checkpoint, size: opened.checkpoint.size, verifierKey: api.verifierKey, retention };
  });
  return live;
}

const reportSchema = z.looseObject({
  date: z.string(),
  refused: z.boolean(),
  tried: z.int(),
  breaches: z.array(z.unknown()),
  skipped: z.array(z.object({ what: z.string(), why: z.string() })),
  tenants: z.array(z.object({ id: z.string() })),
});

/** The report in `file`; undefined where there is none, unless it was `named`. */
function readIsolation(file: string, tenant: string, named: boolean): IsolationRun | undefined {
  if (!existsSync(file)) {
    if (named) throw new AuditError('misconfigured', `There is no file ${file}.`);
    return undefined;
  }
  const parsed = reportSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success)
    throw new AuditError('misconfigured', `${file} is no report of npm run isolation -- --json`);
  const { date, refused, tried, breaches, skipped, tenants } = parsed.data;
  const ofTenant = tenants.some(({ id }) => id === tenant);
  return {
    date,
    refused,
    tried,
    breaches: breaches.length,
    skipped,
    ofTenant,
    file: relative(PROJECT, file),
  };
}
