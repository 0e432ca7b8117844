import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { browserVerifier } from '../support/browser-verifier.ts';
import { launchBrowser } from './support/browser.ts';

/** The verifier's own bundle in a real browser, on a page that has nothing else and no network. */
const ROOT = join(import.meta.dirname, '../..');
const BUNDLE = join(ROOT, 'examples/bundle');
const browser = await launchBrowser();
const { outputFiles } = await browserVerifier();
const script = outputFiles[0]?.text ?? '';
afterAll(() => browser?.close());

/** What the page is asked: the text of an `events.ndjson`, or a record with its receipt. */
type Question = { key: string } & ({ events: string; checkpoint: string } | { answer: object });
type Said = {
  verified: boolean;
  shown?: { count: number };
  failure?: { code: string; where: { line?: number } };
};

const ASK = `async (question) => {
  if (question.answer) return verifier.verifyReceipt(question.answer, question.key);
  const lines = question.events.split('\\n').slice(0, -1);
  const octets = lines.map((text, position) => ({
    line: position + 1,
    octets: new TextEncoder().encode(text),
    read: () => ({ value: JSON.parse(text) }),
  }));
  return await verifier.verifyEntries(octets, question.checkpoint, question.key);
}`;

const withBrowser = browser ? describe : describe.skip;

withBrowser('the verifier in a browser', () => {
  let page: Page;
  let requests: string[];

  beforeEach(async () => {
    if (!browser) return;
    requests = [];
    page = await browser.newPage();
    page.on('request', (request) => requests.push(request.url()));
    await page.setContent('<!doctype html><title>verifier</title>');
    await page.addScriptTag({ content: script });
  });
  afterEach(async () => {
    expect(requests).toEqual([]);
    await page.close();
  });

  const ask = (question: Question): Promise<Said> => page.evaluate(`(${ASK})(${JSON.stringify(question)})`);
  const text = (name: string) => readFile(join(BUNDLE, name), 'utf8');

  test('verifies the example, and names the record in it that was altered', async () => {
    const [events, checkpoint, key] = await Promise.all(
      ['events.ndjson', 'checkpoint', 'verifier-key'].map(text),
    );
    if (!events || !checkpoint || !key) throw new Error('the example is not whole');
    const question = { events, checkpoint, key: key.trim() };
    expect(await ask(question)).toMatchObject({ verified: true, shown: { count: 12, missing: 0 } });
    const altered = events.replace('refund-limits', 'refund-limitz');
    expect(altered).not.toBe(events);
    expect(await ask({ ...question, events: altered })).toMatchObject({
      verified: false,
      failure: { code: 'content_hash_mismatch', where: { line: 6 } },
    });
    expect(await ask({ ...question, checkpoint: checkpoint.replace('\n12\n', '\n13\n') })).toMatchObject({
      failure: { code: 'signature_invalid' },
    });
  });

  test('verifies a receipt with its record, and neither with another', async () => {
    const vector = await readFile(join(ROOT, 'test/vectors/c2sp-tlog-proof-receipt.json'), 'utf8');
    const key = (await text('verifier-key')).trim();
    const answer = JSON.parse(vector);
    expect(await ask({ answer, key })).toMatchObject({ verified: true });
    const record = { ...answer.record, writer_version: '6.6.6' };
    expect(await ask({ answer: { ...answer, record }, key })).toMatchObject({
      failure: { code: 'leaf_hash_mismatch' },
    });
    const receipt = { ...answer.receipt, log_index: answer.receipt.log_index + 1 };
    expect(await ask({ answer: { ...answer, receipt }, key })).toMatchObject({
      failure: { code: 'index_mismatch' },
    });
  });
});
