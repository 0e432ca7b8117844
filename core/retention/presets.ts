/** A usual time to keep records for, and where it comes from. */
export interface Preset {
  id: string;
  /** For `min_days`, and for `immutability_days` where it shall be a lock. */
  days: number;
  source: string;
}

/** No preset makes anybody compliant: which rule holds for which records is for the tenant to say. */
export const PRESETS: readonly Preset[] = [
  {
    id: 'six-months',
    days: 184,
    source:
      'Regulation (EU) 2024/1689 (AI Act), Articles 19(1) and 26(6): logs of high-risk systems, at least six months. ' +
      'A half-year has up to 184 days.',
  },
  {
    id: 'six-years',
    days: 2_192,
    source:
      '45 CFR 164.316(b)(2)(i) (HIPAA): required documentation, six years. The rule does not name audit logs. ' +
      'Six years have up to 2,192 days.',
  },
  {
    id: 'seven-years',
    days: 2_557,
    source:
      'A usual term of contracts, after 17 CFR 210.2-06, which binds accountants for the records of their audits, not ' +
      'those whom they audit. Seven years have up to 2,557 days.',
  },
];
