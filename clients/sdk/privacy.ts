import { AuditError } from '../../core/errors.ts';
import { isPersonalPointer } from '../../core/event/fields.ts';
import { type RedactionRule, redactionRuleSchema } from '../../core/redaction/rules.ts';

/** What a sender keeps from the audit trail, or from whoever may not open it. */
export interface PrivacyOptions {
  /**
   * What is taken out for good before anything is hashed, kept or sent: by its form (`email`, `card`, `iban`, `phone`,
   * `secret`) or by its place, a JSON Pointer such as `/payload/input/card` with `*` for any member.
   */
  redact?: readonly RedactionRule[];
  /**
   * JSON Pointers to what is personal: committed before hashing, and sent with what opens it. Give the tenant's own
   * `personal_data`, and the hash that is noted here is the one that the log has.
   */
  personalData?: readonly string[];
}

/** The options as they are used; throws `misconfigured` where a rule could never apply. */
export function privacyOf({ redact = [], personalData = [] }: PrivacyOptions): Required<PrivacyOptions> {
  for (const rule of redact) {
    const { error } = redactionRuleSchema.safeParse(rule);
    if (error)
      throw new AuditError('misconfigured', error.issues[0]?.message ?? 'no rule', {
        field: `redact: ${rule}`,
      });
  }
  for (const pointer of personalData) {
    if (isPersonalPointer(pointer)) continue;
    const expected = 'expected a JSON Pointer to a payload field that can be committed';
    throw new AuditError('misconfigured', expected, { field: `personalData: ${pointer}` });
  }
  return { redact, personalData };
}
