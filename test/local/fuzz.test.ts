import { expect, test } from '@jest/globals';
import { Documented, type DocumentedOperation, type Json } from '../support/documented.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { call } from './support/http.ts';
import { localTenant } from './support/local-tenants.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 12); // requests an operation: some twenty seconds in all
const AT_ONCE = 4;

/** Texts that have broken somebody's parser. */
const NASTY = [
  '',
  ' ',
  '0',
  '-1',
  '1e9',
  '10001',
  'NaN',
  'null',
  '[]',
  '{}',
  '..',
  '../../etc/passwd',
  'a/b',
  '%00',
  '\u0000',
  '\u202eabc',
  'é'.normalize('NFD'),
  '💥',
  '\ud800',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '{{7*7}}',
  '9'.repeat(40),
  'x'.repeat(2_000),
  '2026-02-30T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '2026-11-24T10:00:00+01:00',
  '2026-11-24 10:00',
  '01a20ce4-0944-75f0-97a9-79614301241a',
  `sha256:${'0'.repeat(64)}`,
  'TOOL_CALLED',
  '__proto__',
  'constructor',
];
const NASTY_JSON = [null, true, -0.5, 1e308, [], {}, [[[[]]]], { $ref: '#' }, ...NASTY];

interface Request {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Requests that lie near what the document allows, and beside it. */
class Fuzzer {
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  request(method: string, template: string, operation: DocumentedOperation): Request {
    const { parameters = [], requestBody } = operation;
    let path = template;
    const query: [string, string][] = [];
    for (const { name, in: where, schema } of parameters) {
      if (where === 'path') path = path.replace(`{${name}}`, encode(this.#value(schema) || 'x'));
      else if (this.#random.chance(0.4)) query.push([name, this.#value(schema)]);
    }
    if (this.#random.chance(0.1)) query.push([this.#nasty() || 'x', this.#nasty()]);
    if (query.length > 0 && this.#random.chance(0.1)) query.push(query[0] ?? ['', '']);
    const search = query.map((pair) => pair.map(encode).join('=')).join('&');
    const media = Object.values(requestBody?.content ?? {})[0];
    return {
      method,
      path: search === '' ? path : `${path}?${search}`,
      ...(media && { body: this.#body(media.example) }),
      ...(this.#random.chance(0.05) && { headers: { 'content-encoding': this.#pick(['br', 'gzip', 'x']) } }),
    };
  }

  /** Mostly something that a schema like this takes; otherwise something that nobody should. */
  #value(schema: Json): string {
    const { enum: values, items, type, format } = schema as { enum?: string[]; items?: Json } & Json;
    if (this.#random.chance(0.5)) return this.#nasty();
    if (items) return this.#value(items);
    if (values) return this.#pick(values);
    if (type === 'integer') return String(1 + this.#random.below(200));
    if (format === 'date-time') return new Date(Date.now() - this.#random.below(1e9)).toISOString();
    return this.#nasty();
  }

  #body(example: unknown): string {
    if (this.#random.chance(0.1))
      return this.#pick(['', '{', '[1,]', 'null', '"x"', '{"a":1,"a":2}', '\u0000']);
    return JSON.stringify(this.#spoil(example, 3));
  }

  /** The value, changed in up to `depth` places. */
  #spoil(value: unknown, depth: number): unknown {
    if (depth === 0 || this.#random.chance(0.15)) return this.#pick(NASTY_JSON);
    if (Array.isArray(value)) {
      const spoilt = value.map((element) =>
        this.#random.chance(0.5) ? this.#spoil(element, depth - 1) : element,
      );
      return this.#random.chance(0.1) ? [...spoilt, ...spoilt] : spoilt;
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value)
      .filter(() => !this.#random.chance(0.1))
      .map(([name, inner]) => [name, this.#random.chance(0.4) ? this.#spoil(inner, depth - 1) : inner]);
    if (this.#random.chance(0.1)) entries.push([`x${this.#nasty()}`, this.#pick(NASTY_JSON)]);
    return Object.fromEntries(entries);
  }

  #nasty(): string {
    return this.#pick(NASTY);
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#random.below(values.length)] as T;
  }
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

test('nothing that is asked of the API ends in a 5xx, or in an answer that its document does not have', async () => {
  const tenant = localTenant('acme');
  const { admin, reader, writer } = tenant.tokens;
  const documented = new Documented(
    (await call(tenant, 'GET', '/v1/openapi.json')).body as Record<string, unknown>,
  );
  const fuzzer = new Fuzzer(new SeededRandom(SEED));
  const waiting = documented.operations().flatMap(({ method, path, operation }) =>
    Array.from({ length: ROUNDS }, (_, round) => ({
      operation,
      request: fuzzer.request(method, path, operation),
      token: [admin, admin, admin, reader, writer, 'aat_nobody'][round % 6] ?? admin,
    })),
  );
  const statuses = new Map<number, number>();
  const wrong: string[] = [];

  async function work(): Promise<void> {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { request, operation, token } = next;
      const answer = await call(tenant, request.method, request.path, { ...request, token });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const headers = Object.fromEntries(answer.headers);
      const problem = documented.problemOfAnswer(operation, {
        status: answer.status,
        headers,
        json: answer.body,
      });
      const said = answer.status >= 500 ? `answered ${answer.status}` : problem;
      if (said) wrong.push(`${JSON.stringify(request).slice(0, 600)}: ${said}: ${answer.text.slice(0, 300)}`);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));

  expect({ seed: SEED, wrong }).toEqual({ seed: SEED, wrong: [] });
  // It came past the door and was refused there too, or it has tried nothing.
  for (const status of [200, 400, 401, 403, 404]) expect(statuses.get(status) ?? 0).toBeGreaterThan(0);
}, 120_000);
