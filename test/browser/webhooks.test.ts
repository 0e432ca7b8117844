import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { uniqueName } from '../local/support/events.ts';
import { eventually } from '../local/support/eventually.ts';
import { localTenant } from '../local/support/local-tenants.ts';
import { launchBrowser } from './support/browser.ts';
import { ConsolePage } from './support/console-page.ts';

/** Webhooks in the console, on the deployed local cloud, with a receiver on this machine. */
const tenant = localTenant('acme');
const browser = await launchBrowser();

let server: Server;
let url: string;
let status = 204;
const received: { headers: Record<string, string>; body: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
      received.push({ headers: Object.fromEntries(headers), body: Buffer.concat(parts).toString('utf8') });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/audit`;
});
afterAll(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

const withBrowser = browser ? describe : describe.skip;

withBrowser('webhooks', () => {
  test('are set up, tested, looked after, given a new secret, switched off and on, replayed, removed', async () => {
    if (!browser) return;
    const shown = await ConsolePage.open(browser, tenant);
    const { page } = shown;
    const name = uniqueName('hook');
    await shown.signIn();
    await page.getByRole('link', { name: 'Webhooks', exact: true }).click();
    const form = page.getByRole('form', { name: 'New endpoint' });
    await form.getByLabel('What it takes').selectOption('sentinel');
    await form.getByLabel('Client secret of the application').waitFor();
    await form.getByLabel('What it takes').selectOption('standard');
    await form.getByLabel('Address').fill('https://user:pass@hooks.example.com/');
    await form.getByLabel('Name').fill(name);
    await form.getByRole('button', { name: 'Set up' }).click();
    await form.getByRole('alert').waitFor();
    await form.getByLabel('Address').fill(url);
    await form.getByRole('button', { name: 'Set up' }).click();
    const secret = (await page.locator('.made code').textContent()) ?? '';
    expect(secret).toMatch(/^whsec_/);
    expect(await shown.barriers()).toEqual([]);

    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    expect(await page.getByText(secret).count()).toBe(0);
    const attempts = page.getByRole('table').getByRole('row', { name: /test, \d+ record/ });
    const test = page.getByRole('button', { name: 'Send a test' });
    await test.click();
    await attempts.filter({ hasText: 'delivered, 204' }).first().waitFor();
    const isTest = ({ body }: { body: string }) => body.includes('audit.test');
    const first = received.find(isTest);
    expect(new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {})).toBeDefined();
    expect(await shown.barriers()).toEqual([]);

    // With a new secret and no overlap the old one signs no more.
    await page.getByLabel('Hours that the old secret signs').fill('0');
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    const renewed = (await page.locator('.made code').textContent()) ?? '';
    expect(renewed).not.toBe(secret);
    status = 503;
    await test.click();
    await attempts.filter({ hasText: 'failed, status, 503' }).waitFor();
    const last = received.filter(isTest).at(-1);
    expect(new Webhook(renewed).verify(last?.body ?? '', last?.headers ?? {})).toBeDefined();
    expect(() => new Webhook(secret).verify(last?.body ?? '', last?.headers ?? {})).toThrow();
    status = 204;

    await page.getByRole('button', { name: /^Switch off/ }).click();
    await page.getByText('it then goes on from where it stood').waitFor();
    await page.getByRole('button', { name: 'Switch off', exact: true }).click();
    await page.getByText('Switched off by request').waitFor();
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('Delivers', { exact: true }).waitFor();

    // Everything again, from the first record on.
    const before = received.length;
    await page.getByLabel('Send everything again from log index').fill('0');
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByText(/next is log index \d+/).waitFor();
    await eventually(() => {
      const again = received.slice(before).filter((message) => !isTest(message));
      expect(again.map(({ body }) => JSON.parse(body).data.from_index)).toContain(0);
    });
    await page.getByRole('button', { name: 'Read anew' }).click();
    await page
      .getByRole('row', { name: /records, \d+ record.*delivered, 204/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: /^Remove/ }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
    await form.waitFor();
    expect(await page.getByRole('link', { name, exact: true }).count()).toBe(0);
    await shown.close();
  });
});
