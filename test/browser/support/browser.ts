import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
];

/** How a browser may be had here: named, from npm, or the system's. */
async function candidates(): Promise<{ executablePath: string; args: string[] }[]> {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined) return [{ executablePath: named, args: [] }];
  const found = SYSTEM.filter((path) => existsSync(path)).map((executablePath) => ({
    executablePath,
    args: [],
  }));
  if (process.platform !== 'linux' || process.arch !== 'x64') return found;
  const { default: packed } = await import('@sparticuz/chromium');
  // Not its own arguments: they switch web security off, which is among what is tested.
  return [
    { executablePath: await packed.executablePath(), args: ['--no-zygote', '--disable-gpu'] },
    ...found,
  ];
}

/** A headless browser; undefined, with the reason on the console, where none can be had. */
export async function launchBrowser(): Promise<Browser | undefined> {
  const reasons: string[] = [];
  try {
    for (const { executablePath, args } of await candidates()) {
      try {
        return await chromium.launch({ executablePath, args: [...args, '--no-sandbox'], headless: true });
      } catch (error) {
        reasons.push(
          `${executablePath}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
        );
      }
    }
  } catch (error) {
    reasons.push(String(error));
  }
  console.warn(
    `No browser: the tests of the console are skipped. CHROMIUM_PATH names one that is here.\n${reasons.join('\n')}`,
  );
  return undefined;
}
