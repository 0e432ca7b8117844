import { type Command, Option } from 'commander';
import { loadTenants } from '../../../lib/config/load-tenants.ts';
import { type Tenant, tenantSchema } from '../../../lib/config/tenant.ts';
import { addTenant } from './add.ts';
import { at, collect, parseTenantId, type Reach, reaching, show, type World } from './desk.ts';
import { findDeployed, outputsFileOf, type Places, whereabouts } from './locate.ts';
import { type Reading, readStatus, type Status } from './status.ts';
import { columns, table } from './terminal.ts';

const TIERS = tenantSchema.options.map(({ shape }) => shape.tier.value);

interface AddOptions {
  tier: Tenant['tier'];
  region: string;
  account?: string;
  accountOwner?: string;
  displayName?: string;
  emitterPrincipal?: string[];
  tenants: string;
  json: boolean;
}

interface ListOptions extends Places {
  tenants: string;
  json: boolean;
}

const ADD_EXAMPLES = `
Examples:
  npm run tenant -- add initech --tier table-per-tenant --region eu-central-1
  npm run tenant -- add initech --tier account-per-tenant --account 111122223333 --account-owner provider \\
    --emitter-principal arn:aws:iam::444455556666:role/initech-agents`;

/** `list`, `add`, `status`. */
export function addTenantCommands(program: Command, world: World): void {
  program
    .command('list')
    .description('the tenants that are described, and where each runs')
    .option('--tenants <dir>', 'the folder of tenant files', 'tenants')
    .option('--state <dir>', 'state directory of the local cloud', '.local')
    .option('--outputs <file>', 'what cdk deploy --outputs-file wrote; nothing else is looked at')
    .option('--json', 'as JSON', false)
    .action((options: ListOptions) => list(world, options));

  program
    .command('add')
    .argument('<id>', '3 to 32 lower case letters, digits or hyphens', parseTenantId)
    .description('describe a new tenant in a file; nothing is deployed')
    .addOption(new Option('--tier <tier>', 'how it is isolated').choices(TIERS).makeOptionMandatory())
    .option('--region <region>', 'AWS Region of its stack', 'us-east-1')
    .option('--display-name <name>', 'its name for people (default: ID)')
    .option('--account <account>', 'with account-per-tenant: the 12 digits of its account')
    .option('--account-owner <owner>', 'with account-per-tenant: whose account it is, provider or tenant')
    .option('--emitter-principal <arn>', 'with account-per-tenant: who may send; repeatable', collect)
    .option('--tenants <dir>', 'the folder of tenant files', 'tenants')
    .option('--json', 'as JSON', false)
    .addHelpText('after', ADD_EXAMPLES)
    .action((id: string, options: AddOptions) => add(world, id, options));

  reaching(program.command('status'))
    .description('its log, queue and quarantine; exit 1 where a part can not be read or does not verify')
    .action((id: string, options: Reach) => status(world, id, options));
}

function list(world: World, { tenants: folder, json, ...places }: ListOptions): void {
  const tenants = loadTenants(folder).map((tenant) => {
    const deployed = findDeployed(tenant.id, places);
    return {
      id: tenant.id,
      tier: tenant.tier,
      account: tenant.tier === 'account-per-tenant' ? tenant.account : undefined,
      region: tenant.region,
      display_name: tenant.display_name,
      runs_in: deployed && whereabouts(deployed),
    };
  });
  const rows = tenants.map(({ id, tier, account, region, display_name, runs_in }) => [
    id,
    tier,
    account ?? "the platform's",
    region,
    display_name,
    runs_in ?? 'not known to be deployed',
  ]);
  show(world, json, { tenants }, table(['ID', 'TIER', 'ACCOUNT', 'REGION', 'NAME', 'RUNS IN'], rows));
}

function add(world: World, id: string, options: AddOptions): void {
  const { tenants: folder, json, emitterPrincipal: emitterPrincipals, ...rest } = options;
  const { file, tenant } = addTenant(folder, { id, emitterPrincipals, ...rest });
  const account = tenant.tier === 'account-per-tenant' ? tenant.account : 'ACCOUNT';
  const elsewhere = folder === 'tenants' ? '' : ` -c tenants=${folder}`;
  const next = [
    `npx cdk bootstrap aws://${account}/${tenant.region}   # once an account and Region`,
    `npx cdk deploy AuditTrail-${id}${elsewhere} --outputs-file ${outputsFileOf(id)}`,
    `npm run smoke -- --tenant ${id}`,
    `npm run tenant -- token create ${id} --preset admin --name first-admin`,
  ];
  const { immutability_days, max_days } = tenant.retention;
  show(
    world,
    json,
    { file, tenant, next },
    [
      `${file} describes ${id}: ${tenant.tier} in ${tenant.region}. Nothing is deployed yet.`,
      `Look at its retention first: what is recorded is locked for ${immutability_days} days (${tenant.lock_mode}), which`,
      `nobody can shorten afterwards, and deleted after ${max_days}.`,
      'Next:',
      ...next.map((line) => `  ${line}`),
      `Or on this machine: npm run local -- up${folder === 'tenants' ? '' : ` --tenants ${folder}`}`,
    ].join('\n'),
  );
}

async function status(world: World, id: string, options: Reach): Promise<void> {
  await at(id, options, async (tenant, connection) => {
    const state = await readStatus(tenant, connection);
    const { tier, account, region, apiUrl, logOrigin } = tenant;
    const rows = [
      ['tenant', id],
      ['runs in', whereabouts(tenant)],
      ['tier', tier],
      ['account', account],
      ['region', region],
      ['API', said(state.api, () => `${apiUrl} answers`)],
      ['log origin', logOrigin],
      [
        'log',
        said(
          state.log,
          ({ size, asOf }) => `${size} records, checkpoint verified; the last batch is of ${asOf}`,
        ),
      ],
      ['queue', said(state.queue, ({ waiting, inWork }) => `${waiting} waiting, ${inWork} in work`)],
      [
        'quarantine',
        said(state.quarantine, ({ count, more }) => `${count}${more ? ' or more' : ''} refused`),
      ],
    ];
    const value = {
      tenant: id,
      tier,
      account,
      region,
      api_url: apiUrl,
      log_origin: logOrigin,
      ...jsonOf(state),
    };
    show(world, options.json, value, columns(rows));
    const failed = Object.values(state).some((part: Reading<unknown>) => !part.ok);
    if (failed) world.fail();
  });
}

function said<T>(reading: Reading<T>, words: (value: T) => string): string {
  if (reading.ok) return words(reading.value);
  return `PROBLEM: ${reading.reason.replaceAll('\n', ' ')}`;
}

function jsonOf({ api, log, queue, quarantine }: Status): object {
  const part = <T>(reading: Reading<T>, shape: (value: T) => object) =>
    reading.ok ? shape(reading.value) : { problem: reading.reason };
  return {
    api: part(api, (value) => value),
    log: part(log, ({ size, asOf }) => ({ size, as_of: asOf, verified: true })),
    queue: part(queue, ({ waiting, inWork }) => ({ waiting, in_work: inWork })),
    quarantine: part(quarantine, ({ count, more }) => ({ count, more })),
  };
}
