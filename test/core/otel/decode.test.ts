import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseTraces } from '../../../core/otel/json.ts';
import { decodeTraces, encodeResponse, encodeStatus } from '../../../core/otel/protobuf.ts';
import { OTLP_LIMITS } from '../../../core/otel/span.ts';
import { encodeTraces, jsonTraces, recorded, recordedSpans, span } from './spans.ts';

const text = new TextEncoder();
const value = { text: 'ä', flag: true, whole: 42, real: 1.5, list: ['a', 2], map: { inner: { deep: 'x' } } };
const spans = [
  span(1, 0, { value, '': 'no name' }, { parentIsRemote: true }),
  span(2, 1, { __proto__: null, json: '{"a":1}' } as never, {
    events: [{ at: Date.parse('2026-11-24T09:00:00.123Z') + 0.456, name: 'exception', attributes: { n: 1 } }],
    status: { failed: true, message: 'broken' },
  }),
];

test('protobuf and JSON say the same', () => {
  expect(decodeTraces(encodeTraces(spans))).toEqual(spans);
  expect(parseTraces(text.encode(jsonTraces(spans)))).toEqual(spans);
  expect(parseTraces(text.encode(jsonTraces(recordedSpans('autogen'))))).toEqual(recordedSpans('autogen'));
});

test('64-bit numbers may come as numbers or as text, and are exact or text', () => {
  const attribute = (value: object) =>
    parseTraces(
      text.encode(
        JSON.stringify({
          resourceSpans: [{ scopeSpans: [{ spans: [{ attributes: [{ key: 'n', value }] }] }] }],
        }),
      ),
    )[0]?.attributes['n'];
  expect(attribute({ intValue: 7 })).toBe(7);
  expect(attribute({ intValue: '7' })).toBe(7);
  expect(attribute({ intValue: '9223372036854775807' })).toBe('9223372036854775807');
  expect(attribute({ doubleValue: 'NaN' })).toBe('NaN');
});

test('what is no request is refused, whatever bytes it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const read of [decodeTraces, parseTraces]) {
        try {
          read(bytes);
        } catch (error) {
          expect(error).toMatchObject({
            name: 'AuditError',
            code: expect.stringMatching(/malformed|too_large/),
          });
        }
      }
    }),
    { seed: 4711, numRuns: 2_000 },
  );
});

test('a recorded request with one byte changed is read or refused, and nothing else', () => {
  const bytes = recorded('crewai');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (position, difference) => {
      const changed = Uint8Array.from(bytes);
      changed[position] = (changed[position] ?? 0) ^ difference;
      try {
        decodeTraces(changed);
      } catch (error) {
        expect(error).toMatchObject({ name: 'AuditError' });
      }
    }),
    { seed: 4711, numRuns: 1_000 },
  );
});

test('attributes that are nested without end are refused', () => {
  let nested: unknown = 'x';
  for (let level = 0; level < OTLP_LIMITS.depth + 2; level++) nested = { a: nested };
  let list: unknown = 'x';
  for (let level = 0; level < OTLP_LIMITS.depth + 1; level++) list = [list];
  for (const value of [nested, list]) {
    const deep = [span(1, 0, { deep: value as never })];
    expect(() => decodeTraces(encodeTraces(deep))).toThrow(/levels/);
    expect(() => parseTraces(text.encode(jsonTraces(deep)))).toThrow(/levels/);
  }
});

test('all taken is the empty message; what was rejected is counted', () => {
  expect(encodeResponse()).toHaveLength(0);
  expect(Buffer.from(encodeResponse({ spans: 3, message: 'no' })).toString('hex')).toBe('0a06080312026e6f');
  expect(Buffer.from(encodeStatus('no')).toString('hex')).toBe('12026e6f');
});

test('a request with more spans or attributes than may come at once is refused', () => {
  const many = Array.from({ length: OTLP_LIMITS.spans + 1 }, (_, position) => span(position + 1, 0, {}));
  const crowded = Object.fromEntries(
    Array.from({ length: OTLP_LIMITS.attributes + 1 }, (_, position) => [`a${position}`, 1]),
  );
  for (const given of [many, [span(1, 0, crowded)]]) {
    expect(() => decodeTraces(encodeTraces(given))).toThrow('expected at most');
    expect(() => parseTraces(text.encode(jsonTraces(given)))).toThrow('expected at most');
  }
  const [resourceSpans] = JSON.parse(jsonTraces([span(1, 0, {})])).resourceSpans;
  resourceSpans.scopeSpans[0].spans = Array(OTLP_LIMITS.spans + 1).fill({});
  expect(() => parseTraces(text.encode(JSON.stringify({ resourceSpans: [resourceSpans] })))).toThrow('spans');
});

test('members that nobody knows yet are passed over, wherever they stand', () => {
  // Field 31, as text, in the span, its event, its status, an attribute, the scope and the request.
  const unknown = Buffer.from([0xfa, 0x01, 0x01, 0x78]);
  const field = (number: number, ...parts: Uint8Array[]) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([number * 8 + 2, body.length]), body]);
  };
  const attribute = field(3, field(1, Buffer.from('n')), field(2, field(1, Buffer.from('v'))), unknown);
  const event = field(11, field(2, Buffer.from('e')), attribute, unknown);
  const status = field(15, field(2, Buffer.from('m')), unknown);
  const bytes = field(
    1,
    field(2, field(1, field(1, Buffer.from('s')), unknown), field(2, event, status, unknown), unknown),
    unknown,
  );
  expect(decodeTraces(Buffer.concat([bytes, unknown]))).toMatchObject([
    {
      scope: { name: 's' },
      status: { failed: false, message: 'm' },
      events: [{ name: 'e', attributes: { n: 'v' } }],
    },
  ]);
});
