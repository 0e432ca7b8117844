import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { folderOf } from '../../../clients/sdk/spill.ts';
import { withServer } from './loopback.ts';

const AGENT = fileURLToPath(new URL('./ending-agent.ts', import.meta.url));

/** How the process ended, how many events the API got, and how many lie on disk. */
async function end(how: string) {
  const base = mkdtempSync(join(tmpdir(), 'audit-trail-'));
  let outcome = { ended: '', sent: 0, spilled: 0 };
  await withServer(
    () => ({ status: 202, body: { accepted: [], rejected: [] } }),
    async (url, heard) => {
      const child = spawn(process.execPath, [AGENT, how, url, base], { stdio: 'inherit' });
      const ended = await new Promise<string>((resolve) => {
        child.on('close', (code, signal) => resolve(String(signal ?? code)));
      });
      const sent = heard.reduce((sum, { body }) => sum + JSON.parse(String(body)).events.length, 0);
      outcome = { ended, sent, spilled: linesOf(join(base, folderOf(url), 'spill.ndjson')) };
    },
  );
  return outcome;
}

function linesOf(path: string): number {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').length;
  } catch {
    return 0;
  }
}

test('an agent that simply returns has sent everything', async () => {
  expect(await end('return')).toEqual({ ended: '0', sent: 2, spilled: 0 });
});

test('an agent that exits at once leaves everything on disk', async () => {
  expect(await end('exit')).toEqual({ ended: '0', sent: 0, spilled: 2 });
});

test('an agent that is told to end sends first, and then ends by the signal', async () => {
  expect(await end('sigterm')).toEqual({ ended: 'SIGTERM', sent: 2, spilled: 0 });
});
