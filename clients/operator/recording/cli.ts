import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, play, shareable } from './session.ts';
import { filmOf } from './svg.ts';

/**
 * `npm run recording`: plays the session below for real, on a local cloud of its own, and writes it as docs/images/recording.svg.
 * Waits are shortened and tokens cut off; every line is what a command wrote.
 */
const ROOT = join(import.meta.dirname, '..', '..', '..');
const FILM = join(ROOT, 'docs', 'images', 'recording.svg');
const STATE = '.local/recording';
const TITLE =
  'A terminal: the local cloud comes up with two tenants and their agents, the five questions of a procurement review are answered and verified, and a record that was altered does not verify.';

const scratch = mkdtempSync(join(tmpdir(), 'recording-'));
const bundle = join(scratch, 'bundle');
cpSync(join(ROOT, 'examples', 'bundle'), bundle, { recursive: true });
const events = join(bundle, 'events.ndjson');

const SESSION: readonly Command[] = [
  { typed: 'npm run local -- up', runs: `npm run --silent local -- up --state ${STATE}`, exit: 0 },
  {
    typed: 'npm run procurement -- simulate --tenant acme',
    runs: `npm run --silent procurement -- simulate --tenant acme --state ${STATE}`,
    exit: 0,
  },
  { typed: 'npm run verify -- examples/bundle', runs: `npm run --silent verify -- ${bundle}`, exit: 0 },
  {
    typed: "sed -i 's/refund/refunt/' examples/bundle/events.ndjson",
    runs: `sed -i.bak 's/refund/refunt/' ${events}`,
    exit: 0,
  },
  { typed: 'npm run verify -- examples/bundle', runs: `npm run --silent verify -- ${bundle}`, exit: 1 },
];

try {
  const env = { ...(process.env as Record<string, string>), NO_COLOR: '1' };
  const lines = await play(SESSION, { cwd: ROOT, env, follow: (line) => console.log(line) });
  const shown = lines.map((line) => ({
    ...line,
    text: shareable(line.text, ROOT).replaceAll(bundle, 'examples/bundle').replaceAll(`${STATE}/`, '.local/'),
  }));
  writeFileSync(FILM, filmOf(shown, TITLE));
  console.log('\ndocs/images/recording.svg');
} finally {
  rmSync(scratch, { recursive: true, force: true });
  await play([{ typed: 'end', runs: `npm run --silent local -- down --state ${STATE}`, exit: 0 }], {
    cwd: ROOT,
    env: process.env as Record<string, string>,
    follow: () => undefined,
  });
}
