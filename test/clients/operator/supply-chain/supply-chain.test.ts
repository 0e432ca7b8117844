import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { licenceOf, licenceProblems } from '../../../../clients/operator/supply-chain/licences.ts';
import { type Package, readLock } from '../../../../clients/operator/supply-chain/packages.ts';
import { sbomOf } from '../../../../clients/operator/supply-chain/sbom.ts';

const PROJECT = join(import.meta.dirname, '..', '..', '..', '..');
const lock = readLock(PROJECT);
const sbom = sbomOf(lock);
const listed = new Set(sbom.components.map(({ 'bom-ref': ref }) => ref));
const shipped = lock.packages.filter(({ dev }) => !dev);

test('the SBOM lists what is shipped, each once, with the hash that the lock file pins, and nothing else', () => {
  expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
  const named = new Set(shipped.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`));
  expect([...listed].sort()).toEqual([...named].sort());
  expect(sbom.components).toHaveLength(listed.size);
  expect(listed.size).toBeGreaterThan(90);
  const zod = sbom.components.find(({ name }) => name === 'zod');
  const pinned = lock.packages.find(({ name }) => name === 'zod')?.integrity ?? '';
  expect(`sha512-${Buffer.from(zod?.hashes?.[0]?.content ?? '', 'hex').toString('base64')}`).toBe(pinned);
  for (const { ref, dependsOn } of sbom.dependencies) {
    expect(ref === sbom.metadata.component['bom-ref'] || listed.has(ref)).toBe(true);
    for (const needed of dependsOn)
      expect({ needed, listed: listed.has(needed) }).toEqual({ needed, listed: true });
  }
});

test('the same lock file gives the same bytes, one package less another serial number', () => {
  expect(JSON.stringify(sbomOf(readLock(PROJECT)))).toBe(JSON.stringify(sbom));
  const withoutOne = lock.packages.filter((one) => one !== shipped[0]);
  expect(sbomOf({ ...lock, packages: withoutOne }).serialNumber).not.toBe(sbom.serialNumber);
});

/** Packages that end up in what is deployed or shown, by the files that the bundler took. */
function bundled(): Set<string> {
  const { metafile } = buildSync({
    absWorkingDir: PROJECT,
    entryPoints: [...globSync('lambdas/*/handler.ts', { cwd: PROJECT }), 'clients/verifier/browser.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    outdir: 'nowhere',
    logLevel: 'error',
  });
  const console = globSync('clients/console/**/*.{ts,tsx}', { cwd: PROJECT })
    .filter((file) => !file.endsWith('vite.config.ts'))
    .flatMap((file) => [...readFileSync(join(PROJECT, file), 'utf8').matchAll(/from '([^.#'][^']*)'/g)])
    .map(([, specifier = '']) => `node_modules/${specifier}/`);
  return new Set(
    [...Object.keys(metafile.inputs), ...console].flatMap((file) => {
      const [, name] = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
      return name === undefined ? [] : [name];
    }),
  );
}

test('whatever is in a function, the console or the verifier of the browser is in the SBOM', () => {
  const names = new Set(shipped.map(({ name }) => name));
  const inBundles = [...bundled()];
  expect(inBundles).toEqual(expect.arrayContaining(['zod', '@aws-sdk/client-kms', 'preact']));
  expect(inBundles.filter((name) => !names.has(name))).toEqual([]);
});

test('every package is under a licence that may be used', () => {
  expect(licenceProblems(lock.packages)).toEqual([]);
});

test('what is installed says the same licence as the lock file', () => {
  const others = lock.packages.filter(({ path, licence }) => {
    const file = join(PROJECT, path, 'package.json');
    if (licence === undefined || !existsSync(file)) return false; // a platform's own package is installed there alone
    const { license } = JSON.parse(readFileSync(file, 'utf8')) as { license?: unknown };
    return license !== undefined && license !== licence && (license as { type?: string }).type !== licence;
  });
  expect(others.map(({ name }) => name)).toEqual([]);
});

test.each<[string, Partial<Package>, boolean]>([
  ['GPL-3.0-or-later', {}, false],
  ['GPL-3.0-or-later', { dev: true }, false],
  ['AGPL-3.0-only', { dev: true }, false],
  ['MPL-2.0', {}, false],
  ['MPL-2.0', { dev: true }, true],
  ['MIT OR GPL-3.0-or-later', {}, true],
  ['(MIT OR GPL-3.0-or-later)', {}, true],
  ['Apache-2.0 AND MIT', {}, true],
  ['Apache-2.0 AND GPL-2.0-only', {}, false],
  ['(MIT AND (Apache-2.0 OR GPL-2.0-only))', {}, false],
  ['SEE LICENSE IN LICENSE.txt', {}, false],
])('%s %j', (licence, more, may) => {
  const one: Package = {
    path: 'node_modules/x',
    name: 'x',
    version: '1.0.0',
    dev: false,
    needs: [],
    licence,
    ...more,
  };
  expect(licenceProblems([one]).length === 0).toBe(may);
});

test('a package that names no licence is a problem until somebody has read it', () => {
  const none: Package = { path: 'node_modules/x', name: 'x', version: '1.0.0', dev: false, needs: [] };
  expect(licenceProblems([none])).toEqual(['x 1.0.0 names no licence: read its LICENSE file']);
  expect(licenceOf({ ...none, name: 'png-js', version: '2.0.0' })).toBe('MIT');
});
