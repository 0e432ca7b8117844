import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { folderOf } from '../../../clients/sdk/spill.ts';
import { type Heard, withServer } from './loopback.ts';

const AGENT = fileURLToPath(new URL('./killed-agent.ts', import.meta.url));
const KILL_AT = 3_000;

interface Sent {
  event_id: string;
  payload: unknown;
}

function eventsIn({ headers, body }: Heard): Sent[] {
  const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return JSON.parse(String(text)).events;
}

const ending = (child: ChildProcess) =>
  new Promise<string>((resolve) => child.on('close', (code, signal) => resolve(String(signal ?? code))));

test('an agent that is killed in the middle of 10,000 events has lost none when it has started again', async () => {
  const base = mkdtempSync(join(tmpdir(), 'audit-trail-'));
  const notes = join(base, 'notes');
  const received = new Map<string, string>();
  let count = 0;
  let child: ChildProcess | undefined;
  await withServer(
    (heard) => {
      for (const event of eventsIn(heard)) {
        const text = JSON.stringify(event);
        // The log takes one event an id: a second delivery may only repeat the first.
        expect(received.get(event.event_id) ?? text).toBe(text);
        received.set(event.event_id, text);
        count++;
      }
      if (count >= KILL_AT) child?.kill('SIGKILL');
      return { status: 202, body: { accepted: [], rejected: [] } };
    },
    async (url) => {
      child = spawn(process.execPath, [AGENT, 'record', url, base, notes], { stdio: 'inherit' });
      expect(await ending(child)).toBe('SIGKILL');
      const noted = readFileSync(notes, 'utf8').trimEnd().split('\n');
      expect(noted.length).toBeGreaterThan(KILL_AT - 1);
      expect(noted.length).toBeLessThan(10_000);

      child = spawn(process.execPath, [AGENT, 'resume', url, base], { stdio: 'inherit' });
      count = Number.NEGATIVE_INFINITY;
      expect(await ending(child)).toBe('0');
      expect(noted.filter((id) => !received.has(id))).toEqual([]);
      // One more may have been recorded whose note the kill cut off.
      expect(received.size - noted.length).toBeLessThanOrEqual(1);
      const left = readdirSync(join(base, folderOf(url))).filter((name) => name !== 'receipts.ndjson');
      expect(left).toEqual([]);
    },
  );
}, 60_000);
