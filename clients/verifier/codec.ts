import { gunzipSync } from 'node:zlib';
import { AuditError } from '../../core/errors.ts';
import type { Codec } from '../../core/ports.ts';

/** Decompression that ends at a limit, whatever the bytes promise. */
export const boundedCodec: Pick<Codec, 'gunzip'> = {
  gunzip(bytes, limit) {
    try {
      return gunzipSync(bytes, { maxOutputLength: limit });
    } catch (cause) {
      throw new AuditError('malformed', 'not gzip, or more than it may hold', { cause });
    }
  },
};
