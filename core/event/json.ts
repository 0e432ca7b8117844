import { LIMITS } from './limits.ts';
import { showPointer } from './pointer.ts';
import { type Refusal, refuse } from './refusal.ts';

/** What a value may hold. */
export interface JsonValueLimits {
  /** Nested objects and arrays, the outermost being level 1. */
  depth: number;
  /** Object members at all levels together. */
  keys: number;
}

/**
 * Whether `value` says what every reader of JSON and RFC 8785 will understand alike (I-JSON, RFC 7493): plain
 * objects and arrays, whole strings, numbers within 2^53, no `-0`, no `__proto__`. A member that is `undefined`
 * counts as absent. Undefined where all is well. The recursion ends at `limits.depth`, in cycles too.
 */
export function checkValue(value: unknown, limits: JsonValueLimits = LIMITS): Refusal | undefined {
  return new Walk(limits).visit(value, 1);
}

class Walk {
  readonly #limits: JsonValueLimits;
  readonly #path: (string | number)[] = [];
  #keys = 0;
  #values = 0;

  constructor(limits: JsonValueLimits) {
    this.#limits = limits;
  }

  visit(value: unknown, level: number): Refusal | undefined {
    // Text of 256 KiB can't hold more values; shared references of a program's objects can seem to.
    if (++this.#values > LIMITS.eventBytes) return refuse('event_too_large');
    switch (typeof value) {
      case 'boolean':
        return undefined;
      case 'string':
        return value.isWellFormed() ? undefined : this.#refuse('string_malformed', 'whole surrogate pairs');
      case 'number':
        if (Math.abs(value) <= Number.MAX_SAFE_INTEGER && !Object.is(value, -0)) return undefined;
        return this.#refuse('number_out_of_range', 'a number within 2^53, and 0 rather than -0');
      case 'object':
        return value === null ? undefined : this.#descend(value, level);
      default:
        return this.#refuse('schema_invalid', 'a JSON value');
    }
  }

  #descend(value: object, level: number): Refusal | undefined {
    if (level > this.#limits.depth) return this.#refuse('too_deep', `at most ${this.#limits.depth} levels`);
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) {
        const refusal = this.#below(index, element, level);
        if (refusal) return refusal;
      }
      return undefined;
    }
    if (!isPlain(value)) return this.#refuse('schema_invalid', 'a JSON value');
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const refusal = this.#name(name) ?? this.#below(name, member, level);
      if (refusal) return refusal;
    }
    return undefined;
  }

  #name(name: string): Refusal | undefined {
    if (name === '__proto__') return this.#refuse('key_forbidden', 'no member called __proto__');
    if (!name.isWellFormed())
      return this.#refuse('string_malformed', 'member names of whole surrogate pairs');
    if (++this.#keys > this.#limits.keys) {
      return this.#refuse('too_many_keys', `at most ${this.#limits.keys} members`);
    }
    return undefined;
  }

  #below(step: string | number, value: unknown, level: number): Refusal | undefined {
    this.#path.push(step);
    const refusal = this.visit(value, level + 1);
    this.#path.pop();
    return refusal;
  }

  #refuse(code: Refusal['code'], expected: string): Refusal {
    return refuse(code, `${showPointer(this.#path) || 'the value'}: expected ${expected}`);
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of another realm (a test's, a sandbox's) have another Object.prototype, whose own prototype is null too.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
