import { afterAll, describe, expect, test } from '@jest/globals';
import { localTenant } from '../local/support/local-tenants.ts';
import { launchBrowser } from './support/browser.ts';
import { ConsolePage } from './support/console-page.ts';
import { longTask } from './support/long-task.ts';

/** How long a task is tried; the figure that is promised, 30,000, takes a minute: CONSOLE_EVENTS=30000. */
const EVENTS = Number(process.env['CONSOLE_EVENTS'] ?? 1_500);
const MOST_ELEMENTS = 500;

const browser = await launchBrowser();
afterAll(() => browser?.close());
const withBrowser = browser ? describe : describe.skip;

withBrowser('a long task', () => {
  test('is verified whole and scrolled to its end, and the page never holds more than a window of it', async () => {
    if (!browser) return;
    const { call, token } = await longTask(EVENTS);
    const shown = await ConsolePage.open(browser, localTenant('acme'));
    const { page } = shown;
    // The console's own files come from the local cloud, what it asks from the log in memory.
    await page.route(/\/v1\/audit\//, async (route) => {
      const { pathname, searchParams } = new URL(route.request().url());
      const { status, headers, text } = await call('GET', pathname.slice(pathname.indexOf('/v1/')), {
        token,
        query: Object.fromEntries(searchParams),
      });
      await route.fulfill({ status, body: text, contentType: String(headers['content-type']) });
    });
    await page.evaluate(
      'window.frames = []; let last = performance.now(); const tick = (now) => { window.frames.push(now - last); last = now; requestAnimationFrame(tick); }; requestAnimationFrame(tick);',
    );
    await page.getByLabel('Access token').fill('aat_acme_any');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Task id').fill('task-long');
    const asked = performance.now();
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('Reconcile a year of invoices').first().waitFor();
    const first = performance.now() - asked;
    await page
      .getByText(`Showing ${EVENTS} of ${EVENTS} events`, { exact: true })
      .waitFor({ timeout: 240_000 });
    await page.getByRole('heading', { name: 'Verified', exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Complete', exact: true }).waitFor();
    const whole = performance.now() - asked;

    const elements = () => page.evaluate<number>("document.querySelectorAll('*').length");
    await page.evaluate('window.frames.length = 0');
    let most = 0;
    for (let step = 0; step <= 20; step++) {
      await page.evaluate(`scrollTo(0, document.documentElement.scrollHeight * ${step / 20})`);
      await page.evaluate(
        'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
      );
      most = Math.max(most, await elements());
    }
    await page.getByText('Task completed successfully. Output: Reconciled').waitFor();
    const longest = await page.evaluate<number>('Math.max(...window.frames)');
    console.log(
      `${EVENTS} events: first page told after ${Math.round(first)} ms, all verified after ${Math.round(whole)} ms, ` +
        `at most ${most} elements, longest frame while scrolling ${Math.round(longest)} ms`,
    );
    expect(most).toBeLessThan(MOST_ELEMENTS);
    await shown.close();
  }, 300_000);
});
