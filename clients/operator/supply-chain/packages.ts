import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** A package of the lock file, at one of its places in node_modules. */
export interface Package {
  /** Place in the lock file, `node_modules/a/node_modules/b`. */
  path: string;
  name: string;
  version: string;
  /** SPDX expression; undefined where the package names none. */
  licence?: string;
  /** Needed for building and testing alone. */
  dev: boolean;
  /** As `sha512-…`; absent where the package is part of another one's archive. */
  integrity?: string;
  /** Names of what it needs. */
  needs: string[];
}

const names = z.record(z.string(), z.string()).optional();
const entry = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  link: z.boolean().optional(),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
});
const lockFile = z.object({ packages: z.record(z.string(), entry) });

/** What the project itself is, and every package that its lock file pins. */
export function readLock(root: string): { project: Package; packages: Package[] } {
  const { packages } = lockFile.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const all = Object.entries(packages)
    .filter(([, { link }]) => link !== true)
    .map(([path, told]): Package => {
      const { version = '0.0.0', license, integrity } = told;
      return {
        path,
        name: told.name ?? path.replace(/^.*node_modules\//, ''),
        version,
        dev: told.dev === true || told.devOptional === true,
        ...(license !== undefined && { licence: license }),
        ...(integrity !== undefined && { integrity }),
        needs: Object.keys({
          ...told.dependencies,
          ...told.optionalDependencies,
          ...told.peerDependencies,
        }).sort(),
      };
    });
  const [project] = all.filter(({ path }) => path === '');
  if (!project) throw new Error('package-lock.json has no entry of the project');
  return { project, packages: all.filter((one) => one !== project) };
}

/** The package that `name` means to `from`, as Node looks for it: from its own folder upwards. */
export function neededBy(
  from: Package,
  name: string,
  byPath: ReadonlyMap<string, Package>,
): Package | undefined {
  for (let folder = from.path; ; folder = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const found = byPath.get(`${folder}${folder === '' ? '' : '/'}node_modules/${name}`);
    if (found || folder === '') return found;
  }
}
