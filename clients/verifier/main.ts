import { Command, CommanderError } from 'commander';
import { judge } from './judge.ts';
import { exitCode, type Result, toJson, toText } from './report.ts';

/** Where the command writes: results to `out`; complaints and progress to `err`. */
export interface Streams {
  out: (text: string) => void;
  err: (text: string) => void;
}

interface Options {
  key?: string;
  keys?: string;
  checkpoint?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  npm run verify -- examples/bundle
  npm run verify -- receipt.json --key 'audit.example.com/acme/1f2e3d4c+a1b2c3d4+AT…'
  npm run verify -- page.json --key verifier-key.txt --json
  npm run verify -- export/events.ndjson --key verifier-key.txt --checkpoint checkpoint-of-last-month

FILE is a receipt, an answer {record, receipt}, a page of events, the body of a webhook, an events.ndjson with its checkpoint beside it, the
directory of an export bundle or the zip of one, one that holds a whole log as C2SP tlog-tiles, or a copy of an archive bucket.
Nothing is sent anywhere.

Exit status: 0 everything verified, 1 something does not verify, 2 something cannot be read.`;

/** Runs the verifier with the arguments after its name; resolves to the exit status. Never throws on what it reads. */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = new Command('verify')
    .description('Verify audit records offline, trusting nothing but a verifier key.')
    .argument('<file...>', 'what to verify')
    .option(
      '--key <vkey>',
      'the verifier key, or a file that holds it; default: the file verifier-key or key beside FILE',
    )
    .option(
      '--keys <file>',
      'the chain of keys that follow from it (GET /v1/audit/log/keys), where keys were rotated; default: keys.json beside FILE',
    )
    .option(
      '--checkpoint <file>',
      'another checkpoint of the log that you hold: the log must be consistent with it',
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.err });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const options = command.opts<Options>();
  const results: Result[] = [];
  const progress = (records: number) => {
    if (records % 50_000 === 0 && !options.json) streams.err(`${records} records verified\n`);
  };
  for (const file of command.args) results.push(await judge(file, { ...options, progress }));
  streams.out(options.json ? toJson(results) : toText(results));
  return exitCode(results);
}
