import { afterAll, describe, expect, test } from '@jest/globals';
import { call } from '../local/support/http.ts';
import { localTenant } from '../local/support/local-tenants.ts';
import { Documented } from '../support/documented.ts';
import { launchBrowser } from './support/browser.ts';
import { ConsolePage } from './support/console-page.ts';

const tenant = localTenant('acme');
const browser = await launchBrowser();
afterAll(() => browser?.close());
const withBrowser = browser ? describe : describe.skip;

withBrowser('the reference of the API', () => {
  test('shows every operation of the document that the API serves, to anybody, and finds one by its words', async () => {
    if (!browser) return;
    const { body } = await call(tenant, 'GET', '/v1/openapi.json');
    const operations = new Documented(body as Record<string, unknown>).operations();
    const shown = await ConsolePage.open(browser, tenant);
    const { page } = shown;
    await page.goto(`${tenant.console_url}api#listEvents`);
    // By selectors: roles of a page of thousands of elements take seconds to work out.
    await page.locator('#listEvents h3', { hasText: 'Events by any combination of filters' }).waitFor();
    const links = page.locator('nav[aria-label=Operations] a');
    expect(await links.count()).toBe(operations.length);
    const told = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.route')].map(({ textContent }) => textContent)",
    );
    expect(told.sort()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).sort());

    await page.locator('nav input').fill('sign');
    await links.filter({ hasText: 'Signs off a task' }).click();
    const operation = page.locator('#recordReview');
    await operation.getByText('accepted_with_findings').first().waitFor();
    await operation.locator('summary').first().click();
    await operation.locator('pre').first().waitFor();
    expect(await shown.barriers()).toEqual([]);
    await shown.close(); // nothing that the strict policy had to refuse
  });
});
