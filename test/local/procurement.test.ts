import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { operatorEnvironment } from '../../clients/operator/local/emulator-environment.ts';
import { PROJECT, statePaths } from '../../clients/operator/local/state.ts';
import { main } from '../../clients/operator/procurement/main.ts';
import { localTenant, STATE } from './support/local-tenants.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const { account, endpoint } = localTenant('acme');
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'procurement-'));
  await promisify(execFile)(process.execPath, ['examples/agents/customer-record-agent.ts'], {
    cwd: PROJECT,
    env: {
      ...operatorEnvironment(account, 'us-east-1', endpoint),
      AUDIT_TRAIL_OUTPUTS: statePaths(STATE).outputs,
      AUDIT_TRAIL_TENANT: 'acme',
    },
  });
}, 120_000);

afterAll(() => rm(directory, { recursive: true }));

async function run(...args: string[]) {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  // The clock stands still: how long it takes is not what is tested here.
  const status = await main([...args, '--state', STATE], { out: say, err: say, now: () => NOW });
  return { status, said: said.join('\n') };
}

test('the five questions of a procurement review are answered by what the agents did, and verify', async () => {
  const { status, said } = await run('simulate', '--tenant', 'acme', '--out', directory);
  expect(said).toContain('6 of 6 questions answered and verified');
  expect(status).toBe(0);
  const transcript = await readFile(join(directory, 'transcript.md'), 'utf8');
  expect(transcript).toContain('2:47 PM on March 8, 2026');
  expect(transcript).toContain('customer C-1042, billing\\_address');
}, 180_000);
