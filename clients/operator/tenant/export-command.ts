import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { AuditError } from '../../../core/errors.ts';
import { EVENT_TYPES, type EventType } from '../../../core/event/event.ts';
import { timestamp } from '../../../core/event/values.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../../core/export/export-job.ts';
import { judge } from '../../verifier/judge.ts';
import type { Result } from '../../verifier/report.ts';
import { withUnzipped } from '../../verifier/zip.ts';
import { logClient } from '../log-client.ts';
import { verifierKeysOf } from './connect.ts';
import { at, collect, type Reach, reaching, show, type World } from './desk.ts';
import { ExportClient } from './export-client.ts';
import { exportTiles } from './export-tiles.ts';
import type { DeployedTenant } from './locate.ts';
import { createToken, revokeToken } from './tokens.ts';

interface ExportOptions extends Reach {
  format: ExportFormat;
  out: string;
  personal: boolean;
  from?: string;
  to?: string;
  eventType?: EventType[];
  agent?: string;
  user?: string;
  task?: string;
  category?: 'agent' | 'governance' | 'all';
}

const NOTE = `
ndjson is the bundle that verifies record by record; pdf is that with a report for people; ocsf, splunk-hec and
elastic-bulk are what a SIEM imports. They are jobs of the API: DIR gets a zip, which is verified under the key that KMS
names, and of pdf the report beside it. tlog-tiles writes the whole log into DIR
as a folder that other people's tools read (docs/verify-with-other-tools.md); run again with the same folder it fetches
what is new.

The command makes a token for itself and revokes it; both are records of the tenant's log, as the download is. Where it
is stopped, the export goes on: GET /v1/audit/exports shows it.

Examples:
  npm run tenant -- export acme --format ndjson --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --out november
  npm run tenant -- export acme --format elastic-bulk --category all --out for-elastic
  npm run tenant -- export acme --format tlog-tiles --out acme-log`;

/** `export`. */
export function addExportCommand(program: Command, world: World): void {
  reaching(program.command('export'))
    .description('its records, or its whole log, as files that verify offline')
    .addOption(new Option('--format <format>', 'what to write').choices(EXPORT_FORMATS).makeOptionMandatory())
    .requiredOption('--out <dir>', 'the folder; of tlog-tiles, new or of an earlier export of this log')
    .option('--from <time>', 'events that occurred at this time or later (RFC 3339)', parseTime)
    .option('--to <time>', 'events that occurred before this time', parseTime)
    .addOption(
      new Option('--event-type <type>', 'events of this type; repeatable')
        .choices(EVENT_TYPES)
        .argParser<string[]>((value, before) => collect(parseType(value), before)),
    )
    .option('--agent <id>', 'events of this agent')
    .option('--user <id>', 'events on account of this user')
    .option('--task <id>', 'events of this task')
    .addOption(new Option('--category <category>', 'default: agent').choices(['agent', 'governance', 'all']))
    .option('--personal', 'with the personal fields opened', false)
    .addHelpText('after', NOTE)
    .action((id: string, options: ExportOptions) => exportFrom(world, id, options));
}

async function exportFrom(world: World, id: string, options: ExportOptions): Promise<void> {
  const { format } = options;
  if (format === 'tlog-tiles') {
    if (Object.keys(filterOf(options)).length > 0 || options.personal)
      throw new AuditError(
        'misconfigured',
        'tlog-tiles is the whole log: it takes no filter, and opens nothing.',
      );
    return await withToken(world, id, options, ['events:read', 'log:read'], exportLog);
  }
  const scopes = ['exports', ...(options.personal ? ['personal:read'] : [])];
  await withToken(world, id, options, scopes, (job) => exportZip({ ...job, format }));
}

/** What an export works with; `verifierKey` is KMS's word, not the API's. */
interface Work {
  world: World;
  options: ExportOptions;
  tenant: DeployedTenant;
  token: string;
  verifierKey: string;
}

/** Runs `use` with a token that ends with it. */
async function withToken(
  world: World,
  id: string,
  options: ExportOptions,
  scopes: readonly string[],
  use: (work: Work) => Promise<void>,
): Promise<void> {
  await at(id, options, async (tenant, { admin, kms }) => {
    const [verifierKey] = await verifierKeysOf(tenant, kms);
    const made = await createToken(admin, id, { name: 'export', grant: { scopes }, expiresInDays: 1 });
    try {
      await use({ world, options, tenant, token: made.token, verifierKey });
    } finally {
      await revokeToken(admin, made.tokenId);
    }
  });
}

async function exportLog({ world, options, tenant, token, verifierKey }: Work): Promise<void> {
  const { out, json } = options;
  const from = logClient({ apiUrl: tenant.apiUrl, token });
  const { shown, fetched, kept } = await exportTiles(from, out, verifierKey, world.err);
  show(
    world,
    json,
    { directory: out, verifier_key: verifierKey, fetched, kept, ...shown },
    [
      `${out}: ${shown.tree_size} records of ${shown.origin}, all verified (${fetched} files fetched, ${kept} there already).`,
      `Root ${shown.root}`,
      `Verify it yourself: npm run verify -- ${out} --key '${verifierKey}'`,
    ].join('\n'),
  );
}

async function exportZip({
  world,
  options,
  tenant,
  token,
  verifierKey,
  format,
}: Work & { format: ExportFormat }): Promise<void> {
  const exports = new ExportClient({ apiUrl: tenant.apiUrl, token });
  const { export_id: id } = await exports.create(format, filterOf(options));
  world.err(`Export ${id} is queued.`);
  const done = await exports.finished(
    id,
    ({ status, progress: { records, total, percent } }) =>
      world.err(`${status}, ${percent} %${total === undefined ? '' : `, ${records} of ${total} records`}`),
    world.now,
  );
  const file = await exports.download(id, options.out, `audit-trail-${tenant.id}-${id}.zip`);
  const result = await judge(file, { key: verifierKey, progress: () => undefined });
  if (result.outcome !== 'judged' || !result.verdict.verified) {
    const why = whyNot(result);
    throw new AuditError('integrity', `${file} was fetched and does not verify: ${why}`);
  }
  const report = format === 'pdf' ? await takeReport(file) : undefined;
  const { records } = done.progress;
  show(
    world,
    options.json,
    {
      file,
      export_id: id,
      format,
      records,
      manifest_sha256: done.manifest_sha256,
      verifier_key: verifierKey,
      ...(report !== undefined && { report }),
    },
    [
      `${file}: ${records} records of ${tenant.logOrigin} as ${format}, verified.`,
      ...(report === undefined ? [] : [`${report}: the report`]),
      `Manifest ${done.manifest_sha256}`,
      `Verify it yourself: npm run verify -- ${file} --key '${verifierKey}'`,
    ].join('\n'),
  );
}

/** The report out of a zip that was verified, beside it. */
async function takeReport(zip: string): Promise<string> {
  const report = zip.replace(/\.zip$/, '.pdf');
  await withUnzipped(zip, (directory) => copyFile(join(directory, 'report.pdf'), report));
  return report;
}

function whyNot(result: Result): string {
  if (result.outcome === 'unreadable') return result.problem;
  const { verdict } = result;
  return verdict.verified ? '' : `${verdict.failure.code}: ${verdict.failure.meaning}`;
}

function filterOf({ from, to, eventType, agent, user, task, category }: ExportOptions) {
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(eventType && { event_type: eventType }),
    ...(agent !== undefined && { agent_id: agent }),
    ...(user !== undefined && { user_id: user }),
    ...(task !== undefined && { task_id: task }),
    ...(category && { category }),
  };
}

function parseTime(text: string): string {
  const parsed = timestamp().safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('Expected a time, as 2026-11-24T09:00:00Z.');
  return parsed.data;
}

function parseType(text: string): EventType {
  const type = EVENT_TYPES.find((known) => known === text);
  if (!type) throw new InvalidArgumentError(`Expected one of ${EVENT_TYPES.join(', ')}.`);
  return type;
}
