import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { AuditError, isAuditError } from '../../../core/errors.ts';
import { readOutputs } from '../local/outputs.ts';
import { statePaths } from '../local/state.ts';
import { stackOutputsSchema } from '../local/tenant-access.ts';

/** A tenant that is deployed, as far as it must be known to reach it. */
export interface DeployedTenant {
  readonly id: string;
  readonly tier: 'table-per-tenant' | 'account-per-tenant';
  /** The AWS account that its stack is in, 12 digits. */
  readonly account: string;
  readonly region: string;
  /** Base of its API, without a slash at the end. */
  readonly apiUrl: string;
  readonly queueUrl: string;
  readonly recordsTable: string;
  readonly controlTable: string;
  /** The signing keys that the log has had, oldest first. */
  readonly signingKeyIds: readonly string[];
  readonly adminFunction: string;
  readonly writerFunction: string;
  readonly logOrigin: string;
  /** The file that told all this. */
  readonly source: string;
  /** Present where it runs in a local cloud: the emulator's address. */
  readonly local?: { readonly endpoint: string };
}

/** Where to look for deployed tenants. */
export interface Places {
  /** State directory of the local cloud, relative to the repository's root. */
  state: string;
  /** A file that `cdk deploy --outputs-file` wrote; with it, nothing else is looked at. */
  outputs?: string | undefined;
}

/** Where all tenants were deployed at once. */
const SHARED_OUTPUTS = 'cdk-outputs.json';

const cdkOutputsSchema = z.record(z.string(), z.unknown());
const stackSchema = stackOutputsSchema.extend({ ApiUrl: z.url() });

/** What `cdk deploy --outputs-file` is told to write for a tenant: each deployment replaces its whole file. */
export function outputsFileOf(id: string): string {
  return `cdk-outputs/${id}.json`;
}

/**
 * Where tenant `id` runs: by the file of `places.outputs` if one is named; else in the local cloud, if it has the
 * tenant; else in AWS, by the files that CDK wrote. Throws `misconfigured` on a file that cannot be read.
 */
export function findDeployed(id: string, { state, outputs }: Places): DeployedTenant | undefined {
  if (outputs !== undefined) return inCdkOutputs(id, outputs);
  return (
    inLocalCloud(id, statePaths(state).outputs) ??
    inCdkOutputs(id, outputsFileOf(id)) ??
    inCdkOutputs(id, SHARED_OUTPUTS)
  );
}

/** As `findDeployed`, for a tenant that has to be there. Throws `misconfigured` with where it looked and what to do. */
export function locate(id: string, places: Places): DeployedTenant {
  const found = findDeployed(id, places);
  if (found) return found;
  const looked =
    places.outputs === undefined
      ? [statePaths(places.state).outputs, outputsFileOf(id), SHARED_OUTPUTS]
      : [places.outputs];
  throw new AuditError(
    'misconfigured',
    `Tenant ${id} is not known to be deployed: looked into ${looked.join(', ')}.\n` +
      `If it is in AWS: npx cdk deploy AuditTrail-${id} --outputs-file ${outputsFileOf(id)}\n` +
      '(or name the file of an earlier deployment with --outputs FILE). On this machine: npm run local -- up',
  );
}

/** Where a tenant runs, in words. */
export function whereabouts({ local, account, region, source }: DeployedTenant): string {
  return local ? `the local cloud (${source})` : `AWS account ${account}, ${region} (${source})`;
}

function inLocalCloud(id: string, source: string): DeployedTenant | undefined {
  const outputs = unreadableIsMisconfigured(() => readOutputs(source));
  const tenant = outputs && Object.hasOwn(outputs.tenants, id) ? outputs.tenants[id] : undefined;
  if (!outputs || !tenant) return undefined;
  return {
    id,
    tier: tenant.tier,
    account: tenant.account,
    region: outputs.region,
    apiUrl: tenant.api_url,
    queueUrl: tenant.queue_url,
    recordsTable: tenant.records_table,
    controlTable: tenant.control_table,
    signingKeyIds: tenant.signing_key_ids,
    adminFunction: tenant.admin_function,
    writerFunction: tenant.writer_function,
    logOrigin: tenant.log_origin,
    source,
    local: { endpoint: tenant.endpoint },
  };
}

function inCdkOutputs(id: string, source: string): DeployedTenant | undefined {
  if (!existsSync(source)) return undefined;
  const stacks = cdkOutputsSchema.safeParse(readJson(source));
  const name = `AuditTrail-${id}`;
  if (!stacks.success)
    throw new AuditError('misconfigured', `${source}: expected the outputs of stacks by name`);
  if (!Object.hasOwn(stacks.data, name)) return undefined;
  const parsed = stackSchema.safeParse(stacks.data[name]);
  if (!parsed.success) {
    throw new AuditError(
      'misconfigured',
      `${source}: the outputs of ${name} are not those of a tenant's stack:\n${z.prettifyError(parsed.error)}`,
    );
  }
  const stack = parsed.data;
  return {
    id,
    tier: stack.Tier,
    account: stack.Account,
    region: regionOf(stack.QueueUrl, source),
    apiUrl: stack.ApiUrl.replace(/\/+$/, ''),
    queueUrl: stack.QueueUrl,
    recordsTable: stack.RecordsTable,
    controlTable: stack.ControlTable,
    signingKeyIds: stack.SigningKeyIds.split(','),
    adminFunction: stack.AdminFunction,
    writerFunction: stack.WriterFunction,
    logOrigin: stack.LogOrigin,
    source,
  };
}

/** The stack's Region is no output of its own, but stands in its queue's address: `https://sqs.<region>.…`. */
function regionOf(queueUrl: string, source: string): string {
  const [, region] = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(queueUrl) ?? [];
  if (region === undefined) {
    throw new AuditError('misconfigured', `${source}: QueueUrl is not an address of Amazon SQS: ${queueUrl}`);
  }
  return region;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new AuditError('misconfigured', `${file} cannot be read as JSON`, { cause });
  }
}

/** A file of ours in another shape is the operator's to mend; `malformed` is kept for what a service answers. */
function unreadableIsMisconfigured<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isAuditError(cause, 'malformed')) throw new AuditError('misconfigured', cause.message, { cause });
    throw cause;
  }
}
