import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildPackage } from '../../../clients/sdk/package/build.ts';

const MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
const NAME = 'agent-audit-trail-sdk';

const folder = mkdtempSync(join(tmpdir(), 'sdk-package-'));
const installed = join(folder, 'node_modules', NAME);
const manifest = () => JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
const size = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + readFileSync(join(entry.parentPath, entry.name)).length, 0);

/** An empty folder with the packed SDK in it, and of other packages those alone that it asks for. */
beforeAll(async () => {
  const built = join(folder, 'built');
  await buildPackage(built);
  const npm = join(folder, 'npm-cache');
  execFileSync('npm', ['pack', '--ignore-scripts', '--cache', npm, '--pack-destination', folder], {
    cwd: built,
  });
  rmSync(built, { recursive: true });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', tarball], { cwd: folder });
  cpSync(join(folder, 'package'), installed, { recursive: true });
  for (const name of [...Object.keys(manifest().dependencies), '@types/node', 'undici-types']) link(name);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function link(name: string): void {
  const target = join(folder, 'node_modules', name);
  mkdirSync(join(target, '..'), { recursive: true });
  symlinkSync(join(MODULES, name), target);
}

/** Runs `source` in the folder as a module; its output. */
function run(source: string): string {
  writeFileSync(join(folder, 'main.mjs'), source);
  return execFileSync(process.execPath, ['main.mjs'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

const AGENT = `
import { createAuditTrail } from '${NAME}';
import { https } from '${NAME}/https';
import { DECISION_PROMPT } from '${NAME}/decisions';

const trail = createAuditTrail({
  agent: { id: 'a', version: '1' },
  transport: https({ apiUrl: 'http://127.0.0.1:9', token: 't' }),
  onError: () => undefined,
  retry: { attempts: 1 },
});
const task = trail.startTask({ goal: 'Refund', user_id: 'u-17' });
task.complete();
`;

test('what was packed runs in an empty folder, with no framework and no client of AWS', () => {
  const said = run(`${AGENT}
const { unsent } = await trail.close();
console.log(unsent, DECISION_PROMPT.length > 0);
`);
  expect(said.trim()).toBe('2 true');
});

test('it asks for few packages, and holds nothing but what it is made of', () => {
  const { dependencies, peerDependenciesMeta, license, type } = manifest();
  expect(Object.keys(dependencies)).toEqual(['canonicalize', 'jose', 'uuid', 'zod']);
  expect(Object.values(peerDependenciesMeta).every((meta) => (meta as { optional: boolean }).optional)).toBe(
    true,
  );
  expect([license, type]).toEqual(['Apache-2.0', 'module']);
  expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'lib', 'package.json', 'types']);
  expect(size(join(installed, 'lib'))).toBeLessThan(200_000);
});

test('its types hold for a strict consumer, who learns of a wrong field when compiling', () => {
  for (const name of [
    'ai',
    '@openai',
    '@modelcontextprotocol',
    '@langchain',
    '@aws-sdk',
    '@ai-sdk',
    '@smithy',
  ])
    link(name);
  const imports = Object.keys(manifest().exports)
    .filter((name) => !name.endsWith('.json'))
    .map((name, index) => `import * as m${index} from '${NAME}${name.slice(1)}';\nvoid m${index};`);
  const wrong = `// @ts-expect-error there is no such field\ntask.decision({ reasoning: 'x' });\n`;
  writeFileSync(join(folder, 'consumer.ts'), `${AGENT}${wrong}${imports.join('\n')}`);
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
  const tsc = [join(MODULES, 'typescript/bin/tsc'), ...options, '--types', 'node', 'consumer.ts'];
  expect(() =>
    execFileSync(process.execPath, tsc, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }),
  ).not.toThrow();
}, 60_000);
