import { constants, deflateRawSync, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { AuditError } from '../../core/errors.ts';
import type { Codec } from '../../core/ports.ts';

/** The codec of Node's zlib. */
export const zlibCodec: Codec = {
  deflate: (bytes) => deflateRawSync(bytes, { level: constants.Z_BEST_SPEED }),
  inflate: (bytes, limit) => bounded(limit, () => inflateRawSync(bytes, { maxOutputLength: limit })),
  gzip: (bytes) => gzipSync(bytes),
  gunzip: (bytes, limit) => bounded(limit, () => gunzipSync(bytes, { maxOutputLength: limit })),
};

function bounded(limit: number, decompress: () => Uint8Array): Uint8Array {
  try {
    return decompress();
  } catch (cause) {
    const tooLarge =
      typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    if (tooLarge)
      throw new AuditError('too_large', `more than ${limit} bytes after decompression`, { cause });
    throw new AuditError('malformed', 'not compressed data', { cause });
  }
}
