import { afterAll, describe, expect, test } from '@jest/globals';
import { localTenant } from '../local/support/local-tenants.ts';
import { launchBrowser } from './support/browser.ts';
import { ConsolePage } from './support/console-page.ts';
import { longTask } from './support/long-task.ts';
import { figuresOf } from './support/long-task-figures.ts';

/** How long a task is tried; `node bench/console.ts` measures the figure that is promised, 30,000, which takes a minute. */
const EVENTS = Number(process.env['CONSOLE_EVENTS'] ?? 1_500);
const MOST_ELEMENTS = 500;

const browser = await launchBrowser();
afterAll(() => browser?.close());
const withBrowser = browser ? describe : describe.skip;

withBrowser('a long task', () => {
  test('is verified whole and scrolled to its end, and the page never holds more than a window of it', async () => {
    if (!browser) return;
    const { answer } = await longTask(EVENTS);
    const shown = await ConsolePage.open(browser, localTenant('acme'));
    // The console's own files come from the local cloud, what it asks from the log in memory.
    await shown.page.route(/\/v1\/audit\//, answer);
    const figures = await figuresOf(shown.page, EVENTS);
    console.log(`${EVENTS} events: ${JSON.stringify(figures)}`);
    expect(figures.mostElements).toBeLessThan(MOST_ELEMENTS);
    await shown.close();
  }, 300_000);
});
