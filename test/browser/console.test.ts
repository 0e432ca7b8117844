import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { uniqueName } from '../local/support/events.ts';
import { call } from '../local/support/http.ts';
import { localTenant } from '../local/support/local-tenants.ts';
import { launchBrowser } from './support/browser.ts';
import { ConsolePage } from './support/console-page.ts';
import { tamper } from './support/tampering.ts';
import { REASONS, type SentTask, sendTask } from './support/task.ts';

/**
 * The console in a real browser, on the deployed local cloud. With SCREENSHOTS=1 the pictures of the README are written
 * anew on the way, into docs/images/.
 */
const tenant = localTenant('acme');
const browser = await launchBrowser();
const IMAGES = join(import.meta.dirname, '..', '..', 'docs', 'images');
const HOSTILE = '<img src=x onerror=alert(1)> \u202egnp.eciovni\u202c [x](javascript:alert(2))';

let task: SentTask;
let hostile: SentTask;
let shown: ConsolePage;

beforeAll(async () => {
  if (!browser) return;
  [task, hostile] = await Promise.all([sendTask(tenant), sendTask(tenant, HOSTILE)]);
}, 60_000);
afterAll(() => browser?.close());

async function picture(name: string): Promise<void> {
  if (process.env['SCREENSHOTS'] !== '1') return;
  mkdirSync(IMAGES, { recursive: true });
  await shown.page.screenshot({ path: join(IMAGES, name) });
}

const withBrowser = browser ? describe : describe.skip;

withBrowser('the console', () => {
  beforeEach(async () => {
    if (browser) shown = await ConsolePage.open(browser, tenant);
  });
  afterEach(() => shown.close());

  test('lets nobody in without a token of this tenant, and puts none into an address', async () => {
    const { page } = shown;
    expect(await shown.barriers()).toEqual([]);
    for (const [token, answer] of [
      ['sesame', 'This is not a token of the audit trail'],
      [localTenant('globex').tokens.admin, 'The token is not valid here'],
      [tenant.tokens.writer, 'This token may not read the log'],
    ] as const) {
      await page.getByLabel('Access token').fill(token);
      await page.getByRole('button', { name: 'Sign in' }).click();
      if (token === tenant.tokens.writer) break; // it may read the key: what it may not read says so itself
      await page.getByRole('alert').filter({ hasText: answer }).waitFor();
    }
    await page.getByText('This token may not see this.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await shown.signIn();
    expect(page.url()).not.toContain('aat_');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.reload();
    await page.getByLabel('Access token').waitFor();
  });

  test('finds every action on behalf of a user between two dates, and keeps the question in the address', async () => {
    const { page } = shown;
    await shown.signIn();
    await page.getByRole('link', { name: 'Events', exact: true }).click();
    await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor(); // the tasks have a field of the same name
    await page.getByLabel('On behalf of user').fill(task.user);
    const local = (ms: number) => new Date(ms + 3_600_000).toISOString().slice(0, 19); // Berlin, in November
    await page.getByLabel('Occurred from').fill(local(Date.now() - 3_600_000));
    await page.getByLabel('Occurred before').fill(local(Date.now() + 60_000));
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const count = `Showing ${task.events.length} of ${task.events.length} events, ${task.events.length} verified here`;
    await page.getByText(count).waitFor();
    expect(page.url()).toContain(`user_id=${task.user}`);
    expect(await shown.barriers()).toEqual([]);
    await page.reload();
    await page.getByText(count).waitFor();
    expect(await page.getByLabel('On behalf of user').inputValue()).toBe(task.user);
    // A range before the task holds nothing.
    await page.getByLabel('Occurred before').fill(local(Date.now() - 3_000_000));
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('No event matches').waitFor();
  });

  test('keeps what is typed into a filter the moment that it is there, before the page has come to rest', async () => {
    const { page } = shown;
    await shown.signIn();
    // Within the very change of the page that brings the field: no timer and no frame has run since.
    await page.evaluate(`new Promise((typed) => {
      const observer = new MutationObserver(() => {
        const field = document.getElementById('filter-event_type') && document.getElementById('filter-user_id');
        if (!field) return;
        observer.disconnect();
        field.value = ${JSON.stringify(task.user)};
        field.dispatchEvent(new Event('input', { bubbles: true }));
        typed();
      });
      observer.observe(document.body, { childList: true, subtree: true });
      location.hash = '#/events';
    })`);
    await page.getByText(/^Showing \d+ of \d+ events/).waitFor();
    expect(await page.getByLabel('On behalf of user').inputValue()).toBe(task.user);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText(`Showing ${task.events.length} of ${task.events.length} events`).waitFor();
  });

  test('opens a task from the list, tells the reasons, verifies every record and the whole', async () => {
    const { page } = shown;
    await shown.signIn();
    await page.getByLabel('On behalf of user').fill(task.user);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('Showing 1 of 1 task, newest first').waitFor();
    await page.locator('.chip', { hasText: 'Completed successfully' }).waitFor();
    // Words are looked for in what was read, and the page says in how much.
    for (const [words, told] of [
      ['unicorn', 'None of the 1 newest tasks has these words'],
      ['BROKEN 4711', 'goal, id, agent and user of the 1 newest'],
    ] as const) {
      await page.getByLabel('Words in the goal').fill(words);
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText(told).waitFor();
    }
    expect(page.url()).toContain('q=BROKEN');
    expect(await shown.barriers()).toEqual([]);
    await page.getByRole('link', { name: /Refund order 4711/ }).click();

    await page.getByRole('heading', { name: 'Verified', exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Complete', exact: true }).waitFor();
    await page.getByText(REASONS).waitFor();
    await page.getByText('supervisor-7 approved, 2 minutes 21 seconds after the question').waitFor();
    const verdict = await page.getByRole('region', { name: 'Verification' }).textContent();
    expect(verdict).toContain(`All ${task.events.length} records`);
    await picture('timeline.png');
    await page.setViewportSize({ width: 1280, height: 1500 }); // what is outside of the window is not in the page
    await page
      .locator('article .more.verified')
      .nth(task.events.length - 1)
      .waitFor();
    expect(await page.locator('article .more.verified').count()).toBe(task.events.length);

    // Details by keyboard, the raw record among them.
    await page
      .getByRole('button', { name: /Details of record/ })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await page.getByText('The record as it was logged').click();
    expect(await page.locator('.details pre').textContent()).toContain(task.events[0]);
    expect(await shown.barriers()).toEqual([]);

    await page.getByLabel('Times in').selectOption('Asia/Tokyo');
    await page
      .getByText(/GMT\+9 \(.*\d\d:\d\d:\d\d UTC\)/) // with the day, where it is another one there
      .first()
      .waitFor();
  });

  test('shows a record in red that was altered so that only the signed tree tells', async () => {
    const { page } = shown;
    const restore = await tamper(
      tenant,
      task.events[8] ?? '',
      (payload) => Object.assign(payload, { approver: { id: 'director-1', auth: 'oidc' } }),
      'cunning',
    );
    try {
      await shown.signIn();
      await shown.go(`/task?id=${task.id}`);
      await page.getByRole('heading', { name: 'Altered', exact: true }).waitFor();
      await page.getByRole('alert').filter({ hasText: '1 record was altered after it was signed' }).waitFor();
      await page.setViewportSize({ width: 1280, height: 1500 }); // what is outside of the window is not in the page
      const altered = page.locator('article.altered');
      await altered.waitFor(); // one and no more: of two, none is waited for
      expect(await altered.textContent()).toContain('director-1');
      const verified = page.locator('article .more.verified');
      await verified.nth(task.events.length - 2).waitFor();
      expect(await verified.count()).toBe(task.events.length - 1);
      const background = await page.evaluate(
        "getComputedStyle(document.querySelector('.red')).backgroundColor",
      );
      expect(background).toBe('rgb(163, 0, 28)');
      expect(await shown.barriers()).toEqual([]);
      await picture('altered.png');
    } finally {
      await restore();
    }
    await page.reload();
    await page.getByRole('heading', { name: 'Verified', exact: true }).waitFor();
  });

  test('is as red where the API itself refuses to give an altered record out', async () => {
    const { page } = shown;
    const restore = await tamper(
      tenant,
      task.events[8] ?? '',
      (payload) => Object.assign(payload, { decision: 'rejected' }),
      'clumsy',
    );
    try {
      await shown.signIn();
      await shown.go(`/task?id=${task.id}`);
      await page.getByRole('alert').filter({ hasText: 'Stored records were altered' }).waitFor();
      // What stands before it is shown, and verifies.
      expect(await page.locator('article .more.verified').count()).toBe(8);
    } finally {
      await restore();
    }
  });

  test('verifies the whole log, and under a key of another log nothing', async () => {
    const { page } = shown;
    await shown.signIn();
    await page.getByRole('link', { name: 'Integrity', exact: true }).click();
    await page.getByText('Signed by the key above').waitFor();
    await page.getByRole('button', { name: 'Verify everything' }).click();
    await page.getByText('every place holds the record that was signed').waitFor();
    expect(await shown.barriers()).toEqual([]);
    await page.getByLabel('Verify with a key that you hold').fill(localTenant('globex').verifier_key);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('The head of the log does not verify').waitFor();
    await shown.go(`/task?id=${task.id}`);
    await page.getByRole('heading', { name: 'Altered', exact: true }).waitFor();
  });

  test('shows what an agent wrote as text, whatever it is', async () => {
    const { page } = shown;
    await shown.signIn();
    await shown.go(`/task?id=${hostile.id}`);
    const heading = await page.locator('h1.goal').textContent();
    expect(heading).toContain(
      '<img src=x onerror=alert(1)> \\u202egnp.eciovni\\u202c [x](javascript:alert(2))',
    );
    expect(await page.locator('main img').count()).toBe(0);
  });

  test('lets a reviewer sign a task off, which then stands in its story, verified like everything else', async () => {
    const { page } = shown;
    await shown.signIn();
    await shown.go(`/task?id=${hostile.id}`);
    const form = page.getByRole('form', { name: 'Sign off this task' });
    await form.getByLabel('I conclude').selectOption('accepted_with_findings');
    await form.getByLabel('Comment').fill(HOSTILE);
    expect(await shown.barriers()).toEqual([]);
    await form.getByRole('button', { name: 'Sign off' }).click();
    await page.getByText('The review is on its way into the log').waitFor();
    const concluded = 'reviewed this task and concluded: accepted, with findings';
    await page.getByRole('region', { name: 'Signed off' }).getByText(concluded).waitFor();
    await page.getByRole('link', { name: 'Reviews', exact: true }).click();
    await page
      .getByRole('button', { name: /Details of record \d+, verified/ })
      .last()
      .click();
    await page
      .locator('.details dd', { hasText: '<img src=x onerror=alert(1)> \\u202egnp.eciovni' })
      .waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(await shown.barriers()).toEqual([]);
  });

  test('administers tokens and shows emitters and the quarantine, to those who may', async () => {
    const { page } = shown;
    await shown.signIn();
    const name = uniqueName('made-in-the-browser');
    await page.getByRole('link', { name: 'Tokens', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByRole('button', { name: 'Issue a token' }).click();
    const made = (await page.locator('.made code').textContent()) ?? '';
    const read = () => call(tenant, 'GET', '/v1/audit/events?limit=1', { token: made });
    expect((await read()).status).toBe(200);
    expect(await shown.barriers()).toEqual([]);
    const card = page.locator('.cards li', { hasText: name }).last();
    await card.getByRole('button', { name: /^Revoke/ }).click();
    await card.getByRole('button', { name: 'Revoke', exact: true }).click();
    await card.getByText(/revoked/).waitFor();
    expect((await read()).status).toBe(401);
    for (const [place, text] of [
      ['Emitters', 'speaks for'],
      ['Procurement', 'after the end of the contract'],
      ['Quarantine', 'Events that the log did not take'],
    ] as const) {
      await page.getByRole('link', { name: place, exact: true }).click();
      await page.getByText(text).first().waitFor();
      expect(await shown.barriers()).toEqual([]);
    }
  });
});

withBrowser('the console in the dark and on a telephone', () => {
  test('has no barriers, and nothing that sticks out', async () => {
    if (!browser) return;
    shown = await ConsolePage.open(browser, tenant, {
      colorScheme: 'dark',
      viewport: { width: 390, height: 844 },
    });
    await shown.signIn(tenant.tokens.reader);
    await shown.go(`/task?id=${task.id}`);
    await shown.page.getByRole('heading', { name: 'Verified', exact: true }).waitFor();
    // A reader without personal:read sees that something is withheld.
    await shown.page
      .getByText(/withheld/)
      .first()
      .waitFor();
    expect(await shown.barriers()).toEqual([]);
    const sticksOut = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    expect(await shown.page.evaluate(sticksOut)).toBe(false);
    await shown.close();
  });
});
