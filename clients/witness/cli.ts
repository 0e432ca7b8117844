import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseVerifierKey } from '../../core/log/note.ts';
import { openKeyFile, witnessVerifierKey } from './key-file.ts';
import { witnessServer } from './server.ts';
import { StateFiles } from './state-file.ts';

/** `npm run witness`: a small C2SP witness, for a tenant's own account or machine (docs/witness.md). */
const options = new Command('npm run witness --')
  .description(
    'Cosigns the checkpoints of the logs that it is told of, as long as each extends the last one.',
  )
  .requiredOption('--name <name>', 'its name, as in example.com/witness')
  .requiredOption(
    '--log <file...>',
    'files with the verifier keys of a log, a key a line; after a rotation the new one too',
  )
  .option('--dir <dir>', 'where its key and its state are kept; nobody else may write there', '.witness')
  .option('--port <port>', 'where it listens', '8080')
  .option('--host <host>', "on which address; TLS is a proxy's to add", '127.0.0.1')
  .parse()
  .opts<{ name: string; log: string[]; dir: string; port: string; host: string }>();

const keys = options.log.flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean));
const unreadable = keys.find((key) => parseVerifierKey(key) === undefined);
if (unreadable !== undefined) {
  console.error(`not a verifier key: ${JSON.stringify(unreadable)}`);
  process.exitCode = 2;
} else {
  const state = new StateFiles(join(options.dir, 'seen'));
  const signer = openKeyFile(join(options.dir, 'key.pem'));
  const terms = {
    name: options.name,
    signer,
    keysOf: (origin: string) => keys.filter((key) => parseVerifierKey(key)?.name === origin),
    lastSeen: async (origin: string) => state.lastSeen(origin),
    remember: async (...seen: Parameters<StateFiles['remember']>) => state.remember(...seen),
    now: () => Date.now(),
  };
  const server = witnessServer(terms, (error) => console.error(error));
  server.listen(Number(options.port), options.host, () => {
    console.log(`listening on http://${options.host}:${options.port}`);
  });
  console.log(`verifier key  ${witnessVerifierKey(options.name, await signer.publicKey())}`);
}
