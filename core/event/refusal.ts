/**
 * Every reason for which a message or an event ends in quarantine, with what it means to the sender. The table is
 * closed: the API, the documentation and the SDK read it from here.
 */
export const REFUSALS = {
  message_not_json: 'The body is not JSON text in UTF-8.',
  message_malformed: 'The body is JSON, but not of the shape {nonce, events} with 1 to 500 events.',
  message_too_large: 'The body is longer than the channel takes.',
  too_deep: 'Objects and arrays are nested more than 32 levels deep.',
  too_many_keys: 'An event holds more than 1,000 object members.',
  key_forbidden: 'An object member is called `__proto__`.',
  key_duplicate: 'One object holds the same member twice, so that two readers may see two events.',
  number_out_of_range:
    'A number is -0, not finite, or beyond 2^53 in magnitude: readers would disagree about its value.',
  string_malformed: 'A string holds half of a surrogate pair, which has no UTF-8 form.',
  event_too_large: 'The event is longer than 256 KiB of JSON.',
  record_too_large:
    'The record stays longer than 16,000 bytes although its long payload fields were moved out.',
  schema_invalid: 'A field is missing, unknown, or not what the schema of the event type asks for.',
  event_type_unknown: 'There is no such event type in this schema version.',
  event_type_reserved: 'Only the audit trail itself emits this event type, or speaks as agent-audit-trail.',
  schema_version_unsupported: 'The writer does not take this schema version.',
  event_id_conflict: 'An event with this id and another content is already in the log.',
  event_id_too_old:
    'The time in the event id lies more than 30 days back, so its uniqueness can no longer be checked.',
  event_id_in_future: 'The time in the event id lies more than 5 minutes ahead.',
  tenant_mismatch: 'The event names another tenant than the one that it was sent to.',
  claim_missing: 'The message carries no claim.',
  claim_malformed: 'The claim is not a JWT of the documented form, signed with EdDSA.',
  claim_forged: "The claim's signature is not by the emitter's registered key.",
  claim_expired: 'The claim had expired when the queue took the message, or is too old to be redriven.',
  claim_not_yet_valid: 'The claim was issued after the queue took the message.',
  claim_wrong_audience: 'The claim is for another log.',
  claim_body_mismatch: 'The claim names the digest of another body.',
  emitter_unknown: 'No emitter is registered under this key.',
  emitter_removed: 'The emitter was removed before the message was sent.',
  agent_not_allowed: 'The emitter may not speak for this agent.',
  disclosure_invalid: 'A disclosure does not open the commitment that it points to.',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** The codes, for schemas. */
export const REFUSAL_CODES = Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]];

/** An expected outcome, not an error: `detail` says where and what was expected, and never repeats a value. */
export interface Refusal {
  ok: false;
  code: RefusalCode;
  detail: string;
}

/** The refusal with this code; `detail` defaults to the meaning of the code. */
export function refuse(code: RefusalCode, detail: string = REFUSALS[code]): Refusal {
  return { ok: false, code, detail };
}
