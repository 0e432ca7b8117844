import { utf8 } from '../encoding.ts';
import { LIMITS } from '../event/limits.ts';

/** Where a value stands in the text: its first octet, and the one after its last. */
export interface Span {
  start: number;
  end: number;
}

/** What a verifier has to know of a record, as it stands in its leaf. */
export interface ScannedRecord {
  event: Span;
  /** With its quotes. */
  contentHash: Span;
  /** Within the quotes; the id has no escapes. */
  eventId: Span;
  eventType: Span | undefined;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const ONE = 0x31;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const LETTER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const MOST_DIGITS = 15;
const MOST_ZEROS = 5; // behind the point of a number below one
const WORDS = ['true', 'false', 'null'].map(utf8);
const PROTO = utf8('__proto__');
const CONTENT_HASH = utf8('content_hash');
const EVENT = utf8('event');
const RECORDED_AT = utf8('recorded_at');
const EVENT_ID = utf8('event_id');
const EVENT_TYPE = utf8('event_type');
const PAYLOAD = utf8('payload');
const SHORT_ESCAPES = new Set(utf8('"\\bfnrt'));
const LOW_CONTROLS = new Set(utf8('01234567bef')); // last digits of the controls below \u0010 that have no short form
const HEX_DIGITS = new Set(utf8('0123456789abcdef'));

type Kept = 'event' | 'contentHash' | 'eventId' | 'eventType';
type Level = 'record' | 'event' | 'inside';

/**
 * One pass over octets that may be the RFC 8785 form of a record: no blank, members in order and none twice, each string and
 * number as it must be written, within the limits. It knows the common forms alone (member names of plain ASCII, numbers
 * of up to 15 digits without an exponent) and says nothing of others: whatever it takes, the slow way would have taken.
 */
export class CanonicalScan {
  readonly #bytes: Uint8Array;
  readonly #found: Partial<Record<Kept, Span>> = {};
  #recordedAt = false;
  #payload = false;
  #at = 0;
  #keys: number;

  constructor(bytes: Uint8Array, keys: number) {
    this.#bytes = bytes;
    this.#keys = keys;
  }

  /** Where a record's members stand, if the octets are exactly one; undefined leaves it open. */
  record(depth: number): ScannedRecord | undefined {
    if (!this.#value(depth, 'record') || this.#at !== this.#bytes.length) return undefined;
    const { event, contentHash, eventId, eventType } = this.#found;
    if (!event || !contentHash || !eventId || !this.#recordedAt || !this.#payload) return undefined;
    return { event, contentHash, eventId, eventType };
  }

  #value(depth: number, level: Level): boolean {
    switch (this.#bytes[this.#at]) {
      case QUOTE:
        return this.#string();
      case OPEN_OBJECT:
        return depth > 0 && this.#object(depth - 1, level);
      case OPEN_ARRAY:
        return depth > 0 && this.#array(depth - 1);
      default:
        return this.#number() || this.#word();
    }
  }

  #array(depth: number): boolean {
    this.#at++;
    if (this.#take(CLOSE_ARRAY)) return true;
    do {
      if (!this.#value(depth, 'inside')) return false;
    } while (this.#take(COMMA));
    return this.#take(CLOSE_ARRAY);
  }

  #object(depth: number, level: Level): boolean {
    this.#at++;
    if (this.#take(CLOSE_OBJECT)) return true;
    let before: Span | undefined;
    do {
      const name = this.#name();
      if (!name || --this.#keys < 0 || this.#is(name, PROTO)) return false;
      if (before && !this.#ascends(before, name)) return false;
      before = name;
      const start = this.#at;
      const inner = level === 'record' && this.#is(name, EVENT) ? 'event' : 'inside';
      if (!this.#value(depth, inner)) return false;
      if (level !== 'inside' && !this.#note(level, name, { start, end: this.#at })) return false;
    } while (this.#take(COMMA));
    return this.#take(CLOSE_OBJECT);
  }

  /** The name of a member, within its quotes; `#at` is then behind its colon. */
  #name(): Span | undefined {
    if (!this.#take(QUOTE)) return undefined;
    const start = this.#at;
    for (let octet = this.#bytes[this.#at]; octet !== QUOTE; octet = this.#bytes[++this.#at])
      if (octet === undefined || octet < 0x20 || octet > 0x7e || octet === BACKSLASH) return undefined;
    const end = this.#at++;
    return this.#take(COLON) ? { start, end } : undefined;
  }

  /** Keeps what is asked for; false where it is not of the type that it must be. */
  #note(level: Level, name: Span, value: Span): boolean {
    const first = this.#bytes[value.start];
    if (level === 'record') {
      if (this.#is(name, EVENT)) return this.#keep('event', first === OPEN_OBJECT, value);
      if (this.#is(name, CONTENT_HASH)) return this.#keep('contentHash', first === QUOTE, value);
      if (this.#is(name, RECORDED_AT)) this.#recordedAt = first === QUOTE;
      return true;
    }
    const within = { start: value.start + 1, end: value.end - 1 };
    if (this.#is(name, EVENT_ID))
      return this.#keep('eventId', first === QUOTE && this.#isPlain(within), within);
    if (this.#is(name, EVENT_TYPE)) return this.#keep('eventType', first === QUOTE, within);
    if (this.#is(name, PAYLOAD)) this.#payload = first === OPEN_OBJECT;
    return true;
  }

  #keep(what: Kept, typed: boolean, span: Span): boolean {
    this.#found[what] = span;
    return typed;
  }

  #string(): boolean {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    for (;;) {
      const octet = bytes[at];
      if (octet === QUOTE) break;
      if (octet === undefined || octet < 0x20) return false;
      if (octet === BACKSLASH) at = this.#afterEscape(at);
      else if (octet < 0x80) at++;
      else at = this.#afterSequence(at, octet);
      if (at < 0) return false;
    }
    this.#at = at + 1;
    return true;
  }

  /** Where a string goes on behind an escape, which must be the one that RFC 8785 wants; -1 where it is not. */
  #afterEscape(at: number): number {
    const octet = this.#bytes[at + 1] ?? 0;
    if (SHORT_ESCAPES.has(octet)) return at + 2;
    const [u, high, higher, sixteens, units] = this.#bytes.subarray(at + 1, at + 6);
    if (u !== LETTER_U || high !== ZERO || higher !== ZERO || units === undefined) return -1;
    const control = sixteens === ZERO ? LOW_CONTROLS.has(units) : sixteens === ONE && HEX_DIGITS.has(units);
    return control ? at + 6 : -1;
  }

  /** Where a string goes on behind a character of two to four octets (RFC 3629); -1 where they are none. */
  #afterSequence(at: number, lead: number): number {
    const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    const second = this.#bytes[at + 1] ?? 0;
    // The shortest form, no half of a surrogate pair, nothing beyond U+10FFFF.
    const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (lead < 0xc2 || lead > 0xf4 || second < least || second > most) return -1;
    for (let position = 2; position <= more; position++)
      if (((this.#bytes[at + position] ?? 0) & 0xc0) !== 0x80) return -1;
    return at + more + 1;
  }

  /**
   * A number as ECMAScript writes it. Of up to 15 digits no two are the same double, so there is no shorter way to write it;
   * below a millionth it would have an exponent.
   */
  #number(): boolean {
    const negative = this.#take(MINUS);
    const small = this.#take(ZERO);
    const whole = small ? 0 : this.#digits();
    if (!small && whole === 0) {
      if (negative) this.#at--;
      return false;
    }
    if (!this.#take(POINT)) return whole <= MOST_DIGITS && !(small && negative);
    const start = this.#at;
    const digits = whole + this.#digits();
    let zeros = 0;
    while (this.#bytes[start + zeros] === ZERO) zeros++;
    const last = this.#bytes[this.#at - 1];
    return digits <= MOST_DIGITS && digits > whole && last !== ZERO && !(small && zeros > MOST_ZEROS);
  }

  #digits(): number {
    const start = this.#at;
    while (isDigit(this.#bytes[this.#at])) this.#at++;
    return this.#at - start;
  }

  #word(): boolean {
    for (const word of WORDS) {
      if (!this.#is({ start: this.#at, end: this.#at + word.length }, word)) continue;
      this.#at += word.length;
      return true;
    }
    return false;
  }

  #take(octet: number): boolean {
    if (this.#bytes[this.#at] !== octet) return false;
    this.#at++;
    return true;
  }

  #is({ start, end }: Span, name: Uint8Array): boolean {
    if (end - start !== name.length) return false;
    for (let index = 0; index < name.length; index++)
      if (this.#bytes[start + index] !== name[index]) return false;
    return true;
  }

  /** Whether a member's name comes after the one before it; of ASCII, octets and UTF-16 units have one order. */
  #ascends(before: Span, name: Span): boolean {
    const length = Math.min(before.end - before.start, name.end - name.start);
    for (let index = 0; index < length; index++) {
      const difference = (this.#bytes[name.start + index] ?? 0) - (this.#bytes[before.start + index] ?? 0);
      if (difference !== 0) return difference > 0;
    }
    return name.end - name.start > before.end - before.start;
  }

  #isPlain({ start, end }: Span): boolean {
    if (end - start > LIMITS.id) return false;
    for (let at = start; at < end; at++) {
      const octet = this.#bytes[at] ?? 0;
      if (octet > 0x7e || octet === BACKSLASH) return false;
    }
    return true;
  }
}

function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= ZERO && octet <= NINE;
}
