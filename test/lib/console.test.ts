import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const PROJECT = join(import.meta.dirname, '..', '..');
const OCTETS = 400_000; // all pages together, the reference of the API among them

/** As the synth does it: the bundler's native half does not run inside Jest. */
function bundle(): void {
  const script = `import { bundleConsole } from ${JSON.stringify(join(PROJECT, 'lib', 'console.ts'))}; await bundleConsole(process.argv[1]);`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script, root]);
}

/** A copy of what the console is built from, beside the project's own, which a deployment may be reading. */
let root: string;
const built = () => join(root, 'dist', 'lambdas', 'read-api', 'console');
beforeAll(() => {
  mkdirSync(join(PROJECT, '.local'), { recursive: true });
  root = mkdtempSync(join(PROJECT, '.local', 'console-'));
  for (const name of ['clients/console', 'core', 'package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(PROJECT, name), join(root, name), { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
  bundle();
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const assets = () => readdirSync(join(built(), 'assets')).filter((name) => !name.endsWith('.br'));

test('the pages name files with hashed names, relative to themselves, and hold no script or style of their own', () => {
  const pages = ['index.html', 'api.html'].map((name) => readFileSync(join(built(), name), 'utf8'));
  for (const name of assets())
    if (!name.endsWith('.svg')) expect(pages.join('')).toContain(`./assets/${name}`);
  for (const page of pages) expect(page).not.toMatch(/<style|<script(?![^>]* src=)|https?:|style=/);
});

test('the code is the browser’s: no Node module, no code from strings, of a sane size, and small on the wire', () => {
  let [octets, packedOctets] = [0, 0];
  for (const script of assets().filter((name) => name.endsWith('.js'))) {
    const file = join(built(), 'assets', script);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(/node:|require\(/);
    const packed = readFileSync(`${file}.br`);
    expect(brotliDecompressSync(packed).toString()).toBe(text);
    octets += text.length;
    packedOctets += packed.length;
  }
  expect(octets).toBeLessThan(OCTETS);
  expect(packedOctets).toBeLessThan(OCTETS / 3);
});

test('what did not change is not built again; what did replaces the old files', () => {
  const before = assets();
  const made = statSync(join(built(), 'index.html')).mtimeMs;
  bundle();
  expect(statSync(join(built(), 'index.html')).mtimeMs).toBe(made);
  const style = join(root, 'clients', 'console', 'style.css');
  writeFileSync(style, `${readFileSync(style, 'utf8')}\n.another { color: red; }\n`);
  bundle();
  const after = assets();
  expect(after).not.toEqual(before);
  expect(after).toHaveLength(before.length);
  expect(existsSync(join(built(), 'index.html.br'))).toBe(true);
}, 60_000);
