import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Route } from 'playwright-core';
import { call } from '../local/support/http.ts';
import { localTenant } from '../local/support/local-tenants.ts';
import { verifyFile } from '../local/support/verifier.ts';
import { launchBrowser } from './support/browser.ts';
import { ConsolePage } from './support/console-page.ts';
import { type SentTask, sendTask } from './support/task.ts';

/** Exports in the console, on the deployed local cloud. */
const tenant = localTenant('acme');
const browser = await launchBrowser();
const PROGRESS = { records: 20_000, total: 48_210, percent: 41 };

let task: SentTask;
let shown: ConsolePage;

beforeAll(async () => {
  if (browser) task = await sendTask(tenant);
}, 60_000);
afterAll(() => browser?.close());

/** What the API says of exports when it is asked, with the one of `task` as one that runs for long. */
async function asIfRunning(route: Route): Promise<void> {
  if (route.request().method() !== 'GET') return await route.continue();
  const answer = await route.fetch();
  const running = (job: object) =>
    JSON.stringify(job).includes(task.id) ? { ...job, status: 'running', progress: PROGRESS } : job;
  const body = (await answer.json()) as { exports?: object[] };
  await route.fulfill({
    json: body.exports ? { ...body, exports: body.exports.map(running) } : running(body),
  });
}

const withBrowser = browser ? describe : describe.skip;

withBrowser('exports', () => {
  beforeEach(async () => {
    if (browser) shown = await ConsolePage.open(browser, tenant);
  });
  afterEach(() => shown.close());

  test('are asked for by filter, followed to their end, fetched as a file that verifies, and deleted', async () => {
    const { page } = shown;
    await shown.signIn();
    await page.getByRole('link', { name: 'Exports', exact: true }).click();
    const form = page.getByRole('form', { name: 'New export' });
    await form.getByLabel('Format').selectOption('tlog-tiles');
    await form.getByText('it takes no filter').waitFor();
    expect(await form.getByLabel('Agent').count()).toBe(0);
    await form.getByLabel('Format').selectOption('ndjson');
    // A range that makes no sense is refused in the API's words.
    await form.getByLabel('On behalf of user').fill(task.user);
    await form.getByLabel('Occurred from').fill('2026-03-16T00:00:00');
    await form.getByLabel('Occurred before').fill('2026-03-01T00:00:00');
    await form.getByRole('button', { name: 'Export' }).click();
    await form.getByRole('alert').filter({ hasText: 'expected a time after "from"' }).waitFor();
    await form.getByLabel('Occurred from').fill('');
    await form.getByLabel('Occurred before').fill('');
    await form.getByRole('button', { name: 'Export' }).click();

    const card = page.locator('.cards li', { hasText: task.user });
    await card.getByText('Done', { exact: true }).waitFor();
    await card.getByText(`${task.events.length} records, `).waitFor();
    expect(await shown.barriers()).toEqual([]);
    const coming = page.waitForEvent('download');
    await card.getByRole('button', { name: /^Download/ }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toMatch(/^audit-trail-acme-.+\.zip$/);
    const folder = await mkdtemp(join(tmpdir(), 'audit-trail-'));
    const file = join(folder, download.suggestedFilename());
    await download.saveAs(file);
    expect(verifyFile(file, tenant.verifier_key).exit).toBe(0);
    await rm(folder, { recursive: true });
    expect(page.url()).toContain('#/exports');

    await card.getByRole('button', { name: /^Delete/ }).click();
    await card.getByRole('button', { name: 'Delete', exact: true }).click();
    await card.getByText('its files are deleted').waitFor();
    expect(await card.getByRole('button').count()).toBe(0);
  });

  test('show how far they are, and are cancelled; who may not export is not shown the place', async () => {
    const { page } = shown;
    const token = tenant.tokens.admin;
    const body = { format: 'ocsf', filter: { task_id: task.id } };
    const { export_id } = Object((await call(tenant, 'POST', '/v1/audit/exports', { token, body })).body);
    await page.route(/\/v1\/audit\/exports/, asIfRunning);
    await shown.signIn();
    await shown.go('/exports');
    const card = page.locator('.cards li', { hasText: task.id });
    await card.getByText('41 %, 20,000 of 48,210 records').waitFor();
    expect(await card.getByRole('progressbar').getAttribute('value')).toBe('41');
    expect(await shown.barriers()).toEqual([]);
    await card.getByRole('button', { name: /^Cancel/ }).click();
    const answered = page.waitForResponse((response) => response.url().endsWith(`${export_id}/cancel`));
    await card.getByRole('button', { name: 'Cancel', exact: true }).click();
    // The worker may have been quicker: the page shows what the API then says of it.
    const { status } = (await (await answered).json()) as { status: string };
    await card.getByText(status === 'cancelled' ? 'Cancelled' : 'Done', { exact: true }).waitFor();
    expect(await card.getByRole('progressbar').count()).toBe(0);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.unrouteAll({ behavior: 'wait' });
    await shown.go('/tasks');
    await shown.signIn(tenant.tokens.reader);
    expect(await page.getByRole('link', { name: 'Exports', exact: true }).count()).toBe(0);
    await shown.go('/exports');
    await page.getByText('This token may not see this.').waitFor();
    expect(await page.getByRole('form', { name: 'New export' }).count()).toBe(0);
  });
});
