import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A file that a function brings along, with its brotli form where there is one. */
export interface BundledFile {
  bytes: Uint8Array;
  brotli?: Uint8Array;
}

/**
 * The files of `folder`, by their paths from there. All names are read once and nothing else can be asked for, so no
 * path that a caller makes up leads out of the folder.
 */
export class BundledFiles {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;
  readonly #read = new Map<string, BundledFile>();

  constructor(folder: string) {
    this.#folder = folder;
    const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
    this.#names = new Set(
      entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')),
    );
  }

  find(name: string): BundledFile | undefined {
    if (!this.#names.has(name)) return undefined;
    const known = this.#read.get(name);
    if (known) return known;
    const compressed = `${name}.br`;
    const file = {
      bytes: readFileSync(join(this.#folder, name)),
      ...(this.#names.has(compressed) ? { brotli: readFileSync(join(this.#folder, compressed)) } : {}),
    };
    this.#read.set(name, file);
    return file;
  }
}
