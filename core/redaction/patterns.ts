/** What can be recognised in text by its form, and where there is one by its checksum. */
export const PATTERN_NAMES = ['email', 'card', 'iban', 'phone', 'secret'] as const;
export type PatternName = (typeof PATTERN_NAMES)[number];

/** A form, and what a match of it must pass besides. */
interface Pattern {
  form: RegExp;
  holds?: (match: string) => boolean;
}

/** Every repetition is bounded and every form is anchored at its left, so that no text takes long. */
const PATTERNS: Readonly<Record<PatternName, readonly Pattern[]>> = {
  email: [
    { form: /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])/g },
  ],
  card: [{ form: /(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w-])/g, holds: isCard }],
  iban: [{ form: /(?<![\w])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![\w])/g, holds: isIban }],
  phone: [{ form: /(?<![\w+])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?!\w)/g }],
  secret: [
    { form: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{1,10000}?-----END [A-Z ]{0,30}PRIVATE KEY-----/g },
    { form: /(?<![\w-])eyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]{8,4000}/g },
    { form: /(?<![\w])(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)/g },
    { form: /(?<![\w])(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{30,255}|xox[abprs]-[\w-]{10,255})/g },
    {
      form: /(?<![\w])(?:sk-[\w-]{20,255}|[rs]k_(?:live|test)_\w{16,255}|AIza[\w-]{35}|aat_[a-z0-9-]{3,32}_\w{20,255})/g,
    },
    { form: /(?<![\w])(?<=\bBearer )[\w.~+/=-]{16,4096}/g },
    {
      form: /(?<=\b(?:password|passwd|api[_-]?key|client_secret|access_token)["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"',;&[]{6,256}/gi,
    },
  ],
};

/**
 * `text` with whatever one of `names` recognises replaced by `[redacted: <name>]`; nothing else of it changes. IBANs end
 * where their country says, so that a word behind one stays.
 */
export function redactText(text: string, names: readonly PatternName[]): string {
  let redacted = text;
  for (const name of names) {
    for (const { form, holds } of PATTERNS[name]) {
      redacted = redacted.replace(form, (match) => {
        const part = name === 'iban' ? ibanIn(match) : match;
        if (holds && !holds(part)) return match;
        return `[redacted: ${name}]${match.slice(part.length)}`;
      });
    }
  }
  return redacted;
}

/** Prefixes and lengths of the card networks: a number that only passes Luhn may be anything. */
const NETWORKS: readonly RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/,
  /^(?:5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12})$/,
  /^3[47]\d{13}$/,
  /^3(?:0[0-5]|[68]\d)\d{11}$/,
  /^(?:6011\d{12}|65\d{14}|64[4-9]\d{13})$/,
  /^35(?:2[89]|[3-8]\d)\d{12}$/,
  /^62\d{14,17}$/,
];

function isCard(match: string): boolean {
  const digits = match.replace(/[ -]/g, '');
  if (!NETWORKS.some((network) => network.test(digits))) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Lengths of IBANs by country, of the countries with most of them. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AT: 20,
  BE: 16,
  BG: 22,
  CH: 21,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  EE: 20,
  ES: 24,
  FI: 18,
  FR: 27,
  GB: 22,
  GI: 23,
  GR: 27,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IS: 26,
  IT: 27,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  MC: 27,
  MT: 31,
  NL: 18,
  NO: 15,
  PL: 28,
  PT: 25,
  RO: 24,
  SA: 24,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  TR: 26,
  UA: 29,
};

/** The start of `match` that has as many characters as its country's IBANs. */
function ibanIn(match: string): string {
  const wanted = IBAN_LENGTHS[match.slice(0, 2)] ?? 0;
  let count = 0;
  for (let end = 0; end < match.length; end++) {
    if (match[end] !== ' ') count++;
    if (count === wanted) {
      const next = match[end + 1] ?? ' ';
      return next === ' ' ? match.slice(0, end + 1) : '';
    }
  }
  return '';
}

/** ISO 13616: the number that it spells, its first four characters last, leaves 1 when divided by 97. */
function isIban(part: string): boolean {
  if (part === '') return false;
  const plain = part.replaceAll(' ', '');
  let remainder = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
