import { join } from 'node:path';
import { bundleConsole } from '../lib/console.ts';
import { launchBrowser } from '../test/browser/support/browser.ts';
import { longTask } from '../test/browser/support/long-task.ts';
import { figuresOf } from '../test/browser/support/long-task-figures.ts';
import type { Line } from './line.ts';

const EVENTS = 30_000;
const VIEWPORT = { width: 1280, height: 1080 };
/** Of a secure origin, as the page's own cryptography asks for; every request to it is answered in memory. */
const ADDRESS = 'https://console.bench/console/index.html';

/**
 * What a reader of a task of 30,000 events waits for, in a headless browser: the console as it is shipped, the real
 * routes, each record verified in the page, and no network between them. Times are of walls.
 */
export async function benchConsole(): Promise<Line[]> {
  await bundleConsole(join(import.meta.dirname, '..'));
  const browser = await launchBrowser();
  if (!browser) return [];
  try {
    const { answer } = await longTask(EVENTS);
    const page = await browser.newPage({ viewport: VIEWPORT });
    await page.route(/^https:\/\/console\.bench\//, answer);
    await page.goto(ADDRESS);
    const figures = await figuresOf(page, EVENTS);
    const note = `a task of ${EVENTS.toLocaleString('en')} events`;
    return [
      { name: 'console: first paint', value: figures.firstPaint, unit: 'ms', note: 'of the page to sign in' },
      { name: 'console: first lines of a task', value: figures.firstTold, unit: 'ms', note },
      { name: 'console: all of it verified', value: figures.verified, unit: 'ms', note },
      { name: 'console: longest frame while scrolling', value: figures.longestFrame, unit: 'ms', note },
      { name: 'console: most elements in the page', value: figures.mostElements, unit: '', note },
    ];
  } finally {
    await browser.close();
  }
}

if (import.meta.main) console.log(JSON.stringify({ lines: await benchConsole() }, null, 2));
