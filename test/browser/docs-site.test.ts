import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { buildSite } from '../../docs/site/build.ts';
import { launchBrowser } from './support/browser.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const AXE = readFileSync(join(PROJECT, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
const out = mkdtempSync(join(tmpdir(), 'docs-site-'));
const browser = await launchBrowser();
const withBrowser = browser ? describe : describe.skip;

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
};
const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  try {
    const bytes = readFileSync(join(out, path));
    response
      .writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
      .end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
let origin = '';

beforeAll(async () => {
  buildSite(PROJECT, out);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  server.close();
  rmSync(out, { recursive: true, force: true });
});

/** A page that remembers what the policy refused and what could not be loaded. */
async function open(
  url: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<{ page: Page; faults: string[] }> {
  if (!browser) throw new Error('no browser');
  const page = await browser.newPage({ colorScheme, viewport: { width: 1400, height: 900 } });
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('requestfailed', (request) => faults.push(request.url()));
  await page.goto(url);
  return { page, faults };
}

/** Axe runs in the page by the debugger, which the page's policy does not bind; it fetches nothing. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    "axe.run(document, { resultTypes: ['violations'], preload: false }).then(({ violations }) => violations)",
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

withBrowser('the docs site in a browser', () => {
  test.each(['light', 'dark'] as const)(
    '%s: no barrier on any kind of page, nothing refused, nothing missing',
    async (scheme) => {
      for (const path of ['index.html', 'docs/runbook.html', 'docs/procurement/questions.html']) {
        const { page, faults } = await open(`${origin}/${path}`, scheme);
        expect({ path, barriers: await barriers(page), faults }).toEqual({ path, barriers: [], faults: [] });
        if (process.env.SCREENSHOTS === '1') {
          mkdirSync(join(PROJECT, '.local', 'docs-site'), { recursive: true });
          await page.screenshot({
            path: join(PROJECT, '.local', 'docs-site', `${path.replaceAll('/', '-')}-${scheme}.png`),
          });
        }
        await page.close();
      }
    },
  );

  test.each([
    ['from a web server', () => `${origin}/docs/api.html`],
    ['from a disk', () => pathToFileURL(join(out, 'docs/api.html')).href],
  ])('%s a word and a question are found, and lead to their page', async (_name, url) => {
    const { page, faults } = await open(url());
    const field = page.getByRole('searchbox', { name: 'Search' });
    await field.fill('integrity-alert');
    await page.locator('#results a', { hasText: 'integrity-alert' }).first().waitFor();
    await field.fill('Describe how your platform maintains a per-tenant history');
    const first = page.locator('#results li a').first();
    expect(await first.getAttribute('href')).toContain('docs/procurement/questions.html#describe-how');
    expect(await barriers(page)).toEqual([]);
    await field.press('Enter');
    await page.keyboard.press('Enter');
    await page.waitForURL(/questions\.html#describe-how/);
    expect(await page.locator('h2:target').textContent()).toContain('Describe how your platform');
    expect(faults).toEqual([]);
    await page.close();
  });

  test('what is typed into the search is text', async () => {
    const { page, faults } = await open(`${origin}/index.html`);
    await page.getByRole('searchbox').fill('<img src=x onerror=alert(1)>');
    await page.locator('#results h1').waitFor();
    expect(await page.locator('#results img').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });
});
