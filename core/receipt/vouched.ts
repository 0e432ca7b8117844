import { sha256 } from '#crypto';
import { toDigestText } from '../encoding.ts';
import { failure } from './failure.ts';
import type { Trust } from './key-chain.ts';
import { type Verdict, verifyReceipt } from './verify.ts';

const RECEIPT = 'receipt.json';

/**
 * Whether the log itself vouches for the manifest of an export: `receipt` (the parsed `receipt.json`, undefined where
 * there is none) is the record `EXPORT_CREATED` with its receipt, and that record names the SHA-256 of the octets
 * `manifest`.
 */
export function verifyVouched(manifest: Uint8Array, receipt: unknown, trust: Trust): Verdict {
  const refuse = (why: string) =>
    ({
      verified: false,
      failure: failure('manifest_not_vouched', { part: RECEIPT }, why),
      checked: 0,
    }) as const;
  if (typeof receipt !== 'object' || receipt === null || !('receipt' in receipt))
    return refuse('there is no record and receipt in it');
  const verdict = verifyReceipt(receipt, trust);
  if (!verdict.verified) {
    const { failure: found } = verdict;
    return { ...verdict, failure: { ...found, where: { part: RECEIPT, ...found.where } } };
  }
  // Without the record a receipt proves a hash alone, which tells nothing of a manifest.
  const { record } = receipt as { record?: { event?: { event_type?: unknown; payload?: unknown } } };
  if (record?.event?.event_type !== 'EXPORT_CREATED') return refuse('its record is not one of an export');
  const { after } = record.event.payload as { after?: { manifest_sha256?: unknown } };
  return after?.manifest_sha256 === toDigestText(sha256(manifest))
    ? verdict
    : refuse('its record names another manifest.json');
}
