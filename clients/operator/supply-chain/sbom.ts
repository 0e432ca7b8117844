import { createHash } from 'node:crypto';
import { licenceOf } from './licences.ts';
import { neededBy, type Package } from './packages.ts';

/**
 * What is shipped, as a CycloneDX 1.6 document. The same lock file gives the same bytes. npm's own `npm sbom --omit=dev`
 * leaves out what a tool needs too, zod among it, so this is made of the lock file itself.
 */
export function sbomOf({ project, packages }: { project: Package; packages: readonly Package[] }) {
  const shipped = packages.filter(({ dev }) => !dev);
  const byPath = new Map(packages.map((one) => [one.path, one]));
  const refs = (of: Package) =>
    [
      ...new Set(
        of.needs.flatMap((name) => {
          const found = neededBy(of, name, byPath);
          return found && !found.dev ? [refOf(found)] : [];
        }),
      ),
    ].sort();
  const components = new Map(shipped.map((one) => [refOf(one), componentOf(one)]));
  const needs = new Map<string, Set<string>>();
  for (const one of [project, ...shipped]) {
    const known = needs.get(refOf(one)) ?? new Set();
    needs.set(refOf(one), new Set([...known, ...refs(one)]));
  }
  const body = {
    metadata: { component: { ...componentOf(project), type: 'application' } },
    components: sorted(components),
    dependencies: [...needs]
      .map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn].sort() }))
      .sort((a, b) => (a.ref < b.ref ? -1 : 1)),
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
    version: 1,
    ...body,
  };
}

function sorted<T>(byRef: ReadonlyMap<string, T>): T[] {
  return [...byRef].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

/** A package URL; a scope's @ is escaped. */
function refOf({ name, version }: Package): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function componentOf(one: Package) {
  const licence = licenceOf(one);
  const [scope, own] = one.name.startsWith('@') ? one.name.split('/') : [undefined, one.name];
  const [algorithm, digest] = one.integrity?.split('-') ?? [];
  return {
    type: 'library',
    'bom-ref': refOf(one),
    ...(scope !== undefined && { group: scope }),
    name: own,
    version: one.version,
    ...(algorithm === 'sha512' &&
      digest !== undefined && {
        hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }],
      }),
    ...(licence !== undefined && {
      licenses: [/[ ()]/.test(licence) ? { expression: licence } : { license: { id: licence } }],
    }),
    purl: refOf(one),
  };
}

/** A UUID of the form of version 8, made of what it names. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
