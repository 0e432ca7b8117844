import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { tenantIdSchema } from '../../../core/event/ids.ts';
import { type Connection, withConnection } from './connect.ts';
import { type DeployedTenant, locate } from './locate.ts';
import { printableJson, printableLines } from './terminal.ts';

/** What a command works with. */
export interface World {
  /** Results; whole lines without their end. */
  out: (line: string) => void;
  /** What a person should know besides. */
  err: (line: string) => void;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
  /** Ends the command with 1 although its result was printed. */
  fail: () => void;
}

/** Options of every command that reaches a deployed tenant. */
export interface Reach {
  state: string;
  outputs?: string;
  actor: string;
  json: boolean;
}

/** Gives `command` the options of `Reach` and the argument ID. */
export function reaching(command: Command): Command {
  return command
    .argument('<id>', 'the tenant', parseTenantId)
    .option('--state <dir>', 'state directory of the local cloud, which is looked at first', '.local')
    .option('--outputs <file>', 'what cdk deploy --outputs-file wrote; nothing else is looked at')
    .option('--actor <name>', "who does it, for the tenant's log", operatorName())
    .option('--json', 'as JSON', false);
}

/** ID as commander parses it. */
export function parseTenantId(text: string): string {
  const parsed = tenantIdSchema.safeParse(text);
  if (!parsed.success)
    throw new InvalidArgumentError('Expected 3 to 32 lower case letters, digits or hyphens.');
  return parsed.data;
}

/** Several values of one option, in order. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Runs `use` with the tenant and clients of it. */
export async function at<T>(
  id: string,
  reach: Reach,
  use: (tenant: DeployedTenant, connection: Connection) => Promise<T>,
): Promise<T> {
  const tenant = locate(id, reach);
  return await withConnection(tenant, reach.actor, (connection) => use(tenant, connection));
}

/** Prints a result: `value` for programs, or `text` for people, which may hold what a server said. */
export function show({ out }: World, json: boolean, value: unknown, text: string): void {
  out(json ? printableJson(value) : printableLines(text));
}

/** Whose name stands in the log unless another is given. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'operator'; // a user id without a name, as in containers
  }
}
