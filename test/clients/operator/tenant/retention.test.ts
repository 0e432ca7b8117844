import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { run, withServedTenant } from './served-tenant.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'retention-test-'));
});
afterEach(() => rmSync(state, { recursive: true }));

test('the policy in force is shown with its floors, for people and for programs', async () => {
  await withServedTenant(state, async () => {
    const { status, out } = await run('retention', 'acme', '--state', state);
    expect(status).toBe(0);
    expect(out).toContain('1, as deployed');
    expect(out).toContain('at least 60 days (at least 60)');
    const { out: json } = await run('retention', 'acme', '--state', state, '--json');
    expect(JSON.parse(json)).toMatchObject({ version: 1, policy: { max_days: 400 } });
  });
});
