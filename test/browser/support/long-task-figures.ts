import type { Page } from 'playwright-core';

/** What a reader of a long task waits for and sees. Times are milliseconds. */
export interface LongTaskFigures {
  /** From the visit to the first thing that is painted: the page to sign in. */
  firstPaint: number;
  /** From opening the task to its first lines, verified. */
  firstTold: number;
  /** From opening the task to its last record, verified. */
  verified: number;
  /** Elements in the page while it was scrolled from end to end. */
  mostElements: number;
  /** The longest time between two frames while it was. */
  longestFrame: number;
}

const STEPS = 20;
const TWO_FRAMES = 'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))';

/** Signs in, opens the task of `events` events that `longTask` made, and scrolls it to its end. */
export async function figuresOf(page: Page, events: number): Promise<LongTaskFigures> {
  await page.evaluate(
    'window.frames = []; let last = performance.now(); const tick = (now) => { window.frames.push(now - last); last = now; requestAnimationFrame(tick); }; requestAnimationFrame(tick);',
  );
  await page.getByLabel('Access token').fill('aat_acme_any');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Task id').fill('task-long');
  const firstPaint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0].startTime",
  );
  const asked = performance.now();
  await page.getByRole('button', { name: 'Open' }).click();
  await page.locator('article .more.verified').first().waitFor();
  const firstTold = performance.now() - asked;
  await page
    .getByText(`Showing ${events} of ${events} events`, { exact: true })
    .waitFor({ timeout: 240_000 });
  await page.getByRole('heading', { name: 'Verified', exact: true }).waitFor();
  await page.getByRole('heading', { name: 'Complete', exact: true }).waitFor();
  const verified = performance.now() - asked;

  await page.evaluate('window.frames.length = 0');
  let mostElements = 0;
  for (let step = 0; step <= STEPS; step++) {
    await page.evaluate(`scrollTo(0, document.documentElement.scrollHeight * ${step / STEPS})`);
    await page.evaluate(TWO_FRAMES);
    const elements = await page.evaluate<number>("document.querySelectorAll('*').length");
    mostElements = Math.max(mostElements, elements);
  }
  await page.getByText('Task completed successfully. Output: Reconciled').waitFor();
  const longestFrame = await page.evaluate<number>('Math.max(...window.frames)');
  return { firstPaint, firstTold, verified, mostElements, longestFrame };
}
