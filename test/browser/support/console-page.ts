import { expect } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { LocalTenant } from '../../local/support/local-tenants.ts';

type Look = Parameters<Browser['newContext']>[0];

/** The console in a window of its own, and everything that the page complained of. */
export class ConsolePage {
  readonly page: Page;
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;
  readonly #tenant: LocalTenant;

  private constructor(context: BrowserContext, page: Page, tenant: LocalTenant) {
    this.#context = context;
    this.page = page;
    this.#tenant = tenant;
    page.setDefaultTimeout(30_000);
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('dialog', (dialog) => {
      this.complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      // A refusal of the API that the page shows is one that the browser reports too.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
        this.complaints.push(message.text());
    });
  }

  static async open(browser: Browser, tenant: LocalTenant, look: Look = {}): Promise<ConsolePage> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 1080 },
      timezoneId: 'Europe/Berlin',
      locale: 'en-GB',
      ...look,
    });
    const opened = new ConsolePage(context, await context.newPage(), tenant);
    await opened.page.goto(tenant.console_url);
    return opened;
  }

  async signIn(token = this.#tenant.tokens.admin): Promise<void> {
    await this.page.getByLabel('Access token').fill(token);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
  }

  /** Goes to a view by its address, as from a bookmark. */
  async go(hash: string): Promise<void> {
    await this.page.goto(`${this.#tenant.console_url}#${hash}`);
    await this.page.reload(); // an address of the same page is no visit
  }

  /** What axe finds to be serious or critical in the page as it is, by WCAG 2.2 A and AA. */
  async barriers(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      }),
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`.slice(0, 400));
  }

  async close(): Promise<void> {
    await this.#context.close();
    expect(this.complaints).toEqual([]);
  }
}
