import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fromHex, toHex } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';
import type { Seen } from '../../core/witness/witness.ts';

const seenSchema = z.strictObject({
  origin: z.string(),
  size: z.int().nonnegative(),
  root: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * What a witness saw last of each log, a file a log. A file is replaced in one step and is on the disk before a cosignature
 * goes out: a witness that forgets could cosign two histories. One process owns the folder.
 */
export class StateFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  lastSeen(origin: string): Seen | undefined {
    const file = this.#fileOf(origin);
    if (!existsSync(file)) return undefined;
    const parsed = seenSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (!parsed.success || parsed.data.origin !== origin)
      throw new AuditError('integrity', `${file} is not what this witness wrote`);
    return { size: parsed.data.size, root: fromHex(parsed.data.root) };
  }

  /** False where `before` is not what was seen last: somebody else was faster. */
  remember(origin: string, before: Seen | undefined, { size, root }: Seen): boolean {
    const last = this.lastSeen(origin);
    if (last?.size !== before?.size || (last && before && toHex(last.root) !== toHex(before.root)))
      return false;
    const file = this.#fileOf(origin);
    const descriptor = openSync(`${file}.part`, 'w', 0o600);
    try {
      writeSync(descriptor, `${JSON.stringify({ origin, size, root: toHex(root) })}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(`${file}.part`, file);
    return true;
  }

  #fileOf(origin: string): string {
    return join(this.#directory, `${createHash('sha256').update(origin).digest('hex')}.json`);
  }
}
