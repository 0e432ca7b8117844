import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { uniqueName } from '../local/support/events.ts';
import { call } from '../local/support/http.ts';
import { localTenant } from '../local/support/local-tenants.ts';
import { launchBrowser } from './support/browser.ts';
import { ConsolePage } from './support/console-page.ts';
import { REASONS, type SentTask, sendTask } from './support/task.ts';

/** The tenant's own terms in the console, on the deployed local cloud: policy, legal holds, erasures. */
const tenant = localTenant('acme');
const browser = await launchBrowser();
const POLICY = '/v1/audit/retention-policy';
/** Jobs run in seconds, on a machine that has nothing else to do. */
const BY_THE_WORKER = { timeout: 120_000 };

let task: SentTask;
let shown: ConsolePage;

beforeAll(async () => {
  if (browser) task = await sendTask(tenant);
}, 60_000);
afterAll(() => browser?.close());

interface Standing {
  version: number;
  policy: { max_days: number; after_termination_days: number };
}

async function policy(): Promise<Standing> {
  return (await call(tenant, 'GET', POLICY, { token: tenant.tokens.admin })).body as Standing;
}

const withBrowser = browser ? describe : describe.skip;

withBrowser('the tenant’s own terms', () => {
  beforeEach(async () => {
    if (browser) shown = await ConsolePage.open(browser, tenant);
  });
  afterEach(() => shown.close());

  test('a policy is changed once the page has said what changes, and not over somebody else’s change', async () => {
    const { page } = shown;
    const before = await policy();
    await shown.signIn();
    await page.getByRole('link', { name: 'Retention', exact: true }).click();
    await page.getByText(`The policy, version ${before.version}`).waitFor();
    await page.getByText(`After ${before.policy.max_days} days it is purged`).waitFor();
    const form = page.getByRole('form', { name: 'Change the policy' });
    // A usual time says where it comes from, and what contradicts itself is refused with what was expected.
    await form.getByLabel('A usual time').selectOption('six-months');
    await form.getByText('Articles 19(1) and 26(6)').waitFor();
    expect(await form.getByLabel('Locked for').inputValue()).toBe('184');
    await form.getByLabel('Purged after').fill('183');
    await form.getByRole('button', { name: 'See what would change' }).click();
    await form.getByRole('alert').filter({ hasText: 'expected at least min_days (184)' }).waitFor();

    const days = before.policy.after_termination_days + 1;
    const { policy: deployed } = before;
    for (const [name, value] of Object.entries(deployed))
      await form.locator(`[name=${name}]`).fill(String(value));
    await form.getByLabel('After the contract').fill(String(days));
    await form.getByLabel('Why').fill('As the contract says');
    await form.getByRole('button', { name: 'See what would change' }).click();
    const told = `After the end of the contract all records are kept for ${days} days`;
    await form.getByText(told).waitFor();
    expect(await policy()).toMatchObject({ version: before.version });
    expect(await shown.barriers()).toEqual([]);
    await form.getByRole('button', { name: 'Put it in force' }).click();
    await page.getByRole('heading', { name: `Version ${before.version + 1} is in force` }).waitFor();
    await page.getByText(`records are kept for ${days} days.`).first().waitFor();
    expect(await policy()).toMatchObject({ policy: { after_termination_days: days } });

    // Somebody else sets it back; who still looks at the page changes nothing over that.
    const back = { version: before.version + 1, policy: deployed };
    expect((await call(tenant, 'PUT', POLICY, { token: tenant.tokens.admin, body: back })).status).toBe(200);
    await form.getByLabel('After the contract').fill(String(days + 1));
    await form.getByRole('button', { name: 'See what would change' }).click();
    const overtaken = form.getByRole('alert').filter({ hasText: 'somebody has changed the policy' });
    await overtaken.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(`The policy, version ${before.version + 2}`).waitFor();
    expect(await form.getByLabel('After the contract').inputValue()).toBe(String(days - 1));
    await page.getByRole('link', { name: 'Purges', exact: true }).click();
    await page.getByText('Nothing was purged yet.').waitFor();
  });

  test('a hold blocks an erasure until it is released, and what was erased is said where it was', async () => {
    const { page } = shown;
    const reason = uniqueName('litigation');
    const request = uniqueName('DSR');
    await shown.signIn();
    await page.getByRole('link', { name: 'Retention', exact: true }).click();
    await page.getByRole('link', { name: 'Legal holds', exact: true }).click();
    const place = page.getByRole('form', { name: 'New legal hold' });
    await place.getByLabel('Task').fill(`${task.id}-mistyped`);
    await place.getByLabel('Why').fill(reason);
    await place.getByRole('button', { name: 'Place the hold' }).click();
    await place.getByRole('alert').filter({ hasText: 'no record matches this now' }).waitFor();
    await place.getByLabel('Task').fill(task.id);
    await place.getByRole('button', { name: 'Place the hold' }).click();
    await place.getByText(`It keeps ${task.events.length} records now`).waitFor();
    const held = page.locator('.cards li', { hasText: reason });
    await held.getByText('In force').waitFor();
    expect(await shown.barriers()).toEqual([]);

    await page.getByRole('link', { name: 'Erasures', exact: true }).click();
    const look = page.getByRole('form', { name: 'New erasure' });
    await look.getByLabel('Or everything on behalf of user').fill(task.user);
    await look.getByLabel('Reference of the request').fill(request);
    await look.getByRole('button', { name: 'Look first' }).click();
    const found = page.getByRole('region', { name: 'What was found' });
    await found.getByText(/The legal hold .+ keeps \d+ of them/).waitFor(BY_THE_WORKER);
    expect(await found.getByRole('button', { name: /^Erase/ }).count()).toBe(0);
    expect(await shown.barriers()).toEqual([]);

    await page.getByRole('link', { name: 'Legal holds', exact: true }).click();
    await held.getByRole('button', { name: /^Release/ }).click();
    await held.getByLabel('Why').fill('Settled');
    await held.getByRole('button', { name: 'Release the hold' }).click();
    await held.getByText('Released', { exact: true }).waitFor();

    await page.getByRole('link', { name: 'Erasures', exact: true }).click();
    await look.getByLabel('Or everything on behalf of user').fill(task.user);
    await look.getByLabel('Reference of the request').fill(request);
    await look.getByRole('button', { name: 'Look first' }).click();
    await found.getByText('/payload/goal').waitFor(BY_THE_WORKER);
    await found.getByRole('button', { name: /^Erase/ }).click();
    await found.getByRole('button', { name: 'Erase', exact: true }).click();
    const erased = page.locator('.cards li', { hasText: request }).first();
    await erased.getByText('Erased', { exact: true }).waitFor(BY_THE_WORKER);
    await erased.getByText('erasure/').waitFor();
    expect(await shown.barriers()).toEqual([]);
    await shown.go(`/task?id=${task.id}`);
    await page.getByRole('heading', { name: 'Verified', exact: true }).waitFor();
    await page.getByText('(erased, or not kept)').first().waitFor();
    await page
      .getByRole('button', { name: /Details of record/ })
      .first()
      .click();
    await page.locator('.details dd', { hasText: `request ${request}` }).waitFor();
    expect(await page.getByText(REASONS).count()).toBe(0);
  }, 420_000);
});
