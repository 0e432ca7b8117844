import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DECISION_JSON_SCHEMA, decisionBlockSchema, RECORD_DECISION } from '../../../core/decision/block.ts';
import { decisionOfCall, extractDecisions } from '../../../core/decision/extract.ts';

const REFUND = {
  reasoning_summary:
    'The user requested a refund. I checked the order status (DELIVERED, 14 days ago) against the return policy (30-day window).',
  options_considered: [
    'Deny refund (order outside return window) - NOT APPLICABLE',
    'Escalate to human agent - NOT TRIGGERED (policy criteria met)',
    'Initiate refund automatically - SELECTED',
  ],
  policy_references: ['return-policy-v3.2', 'billing-api-permissions-scope-refund'],
};
const DECISION = {
  reasoning_summary: REFUND.reasoning_summary,
  options_considered: [
    { option: 'Deny refund (order outside return window)', outcome: 'not_applicable' },
    { option: 'Escalate to human agent', outcome: 'not_triggered', reason: 'policy criteria met' },
    { option: 'Initiate refund automatically', outcome: 'selected' },
  ],
  selected_action: 'Initiate refund automatically',
  policy_references: REFUND.policy_references,
  source: 'stated',
};
const text = JSON.stringify(REFUND);
const pretty = JSON.stringify(REFUND, null, 2);

test.each<[string, unknown]>([
  ['fenced', `I will refund.\n\n\`\`\`json\n${pretty}\n\`\`\`\nDone.`],
  ['inline', `He said "go". ${text} So {I} go on.`],
  ['the object itself', REFUND],
  ['nested in an object', { thought: { decision: REFUND } }],
  ['nested in JSON text', `{"step":1,"decision":${text}}`],
  ['arguments of a tool call', { name: RECORD_DECISION, arguments: text }],
  ['JSON within a string of JSON', JSON.stringify({ function: { arguments: text } })],
  [
    'a message with parts',
    [
      { type: 'text', text: 'Well.' },
      { type: 'text', text: `\`\`\`\n${text}\n\`\`\`` },
    ],
  ],
  ['a comma too many', text.replace(/}$/, ',}').replace(/"],"policy/, '",],"policy')],
  ['line breaks within a text', text.replace('. I checked', '.\nI checked').replace('.\nI', '. I')],
])('the block is found: %s', (_, output) => {
  expect(extractDecisions(output)).toEqual([DECISION]);
});

test('two blocks are two decisions; one said twice is one', () => {
  const other = JSON.stringify({ ...REFUND, reasoning_summary: 'Something else.' });
  expect(extractDecisions(`${text}\n${other}\n${text}`)).toHaveLength(2);
});

test('a block that was cut off gives what is there, and says that it was mended', () => {
  const cut = text.slice(0, text.indexOf('Initiate refund') + 8);
  const [decision] = extractDecisions(`\`\`\`json\n${cut}`);
  expect(decision).toMatchObject({ reasoning_summary: REFUND.reasoning_summary, source: 'reconstructed' });
  expect(decision?.options_considered).toEqual(DECISION.options_considered.slice(0, 2));
});

test('wherever it is cut off: the reasons as far as they go, or nothing, never another decision', () => {
  fc.assert(
    fc.property(fc.nat(text.length), (length) => {
      for (const decision of extractDecisions(text.slice(0, length))) {
        expect(REFUND.reasoning_summary.startsWith(String(decision.reasoning_summary))).toBe(true);
        const options = Array.isArray(decision.options_considered) ? decision.options_considered : [];
        for (const { option } of options) expect(text).toContain(option);
      }
    }),
    { seed: 4711, numRuns: 1_000 },
  );
});

test('no text makes it throw, and none without reasons makes a decision', () => {
  const bits = fc.constantFrom(
    '{',
    '}',
    '"',
    '\\',
    'reasoning_summary',
    '":',
    '[',
    ']',
    ',',
    'x',
    '\n',
    '\\"',
  );
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 60 }), (parts) => {
      for (const { reasoning_summary: why } of extractDecisions(parts.join('')))
        expect(String(why).trim()).not.toBe('');
    }),
    { seed: 4711, numRuns: 3_000 },
  );
  for (const nothing of [
    undefined,
    null,
    7,
    '',
    'no block',
    '{"reasoning_summary":""}',
    '{"reasoning_summary":7}',
  ]) {
    expect(extractDecisions(nothing)).toEqual([]);
  }
});

test('an option without an outcome is rejected where another was selected, and marked as inferred', () => {
  const [decision] = extractDecisions({ ...REFUND, options_considered: ['Wait', 'Refund - SELECTED'] });
  expect(decision).toMatchObject({
    options_considered: [
      { option: 'Wait', outcome: 'rejected' },
      { option: 'Refund', outcome: 'selected' },
    ],
    source: 'reconstructed',
  });
});

test('only a call of record_decision is one', () => {
  expect(decisionOfCall(RECORD_DECISION, text)).toEqual(DECISION);
  expect(decisionOfCall('issue_refund', text)).toBeUndefined();
});

test('the published schema takes what the prompt asks for', () => {
  expect(decisionBlockSchema.safeParse(REFUND).success).toBe(true);
  expect(DECISION_JSON_SCHEMA).toMatchObject({ type: 'object', required: Object.keys(REFUND) });
});

test.each([
  ['a key without an object', '"reasoning_summary": "x"'],
  ['a key at the start of an object that is none', '{"reasoning_summary": '],
  ['a list in place of an object', '["reasoning_summary"]'],
  ['many brackets before it', `${'{ '.repeat(200)}"reasoning_summary"`],
])('no decision is in %s', (_, output) => expect(extractDecisions(output)).toEqual([]));

test('empty options are left out, and those whose outcome nobody knows', () => {
  const block = {
    reasoning_summary: 'So.',
    options_considered: [' ', 'Refund', { option: 'Deny', status: 'REJECTED' }],
  };
  expect(extractDecisions(JSON.stringify(block))).toMatchObject([
    { options_considered: [{ option: 'Deny', outcome: 'rejected' }] },
  ]);
});

test('of a text with decisions without end the first sixteen are read', () => {
  const many = Array.from({ length: 40 }, (_, n) =>
    JSON.stringify({ ...REFUND, reasoning_summary: `Rule ${n}.` }),
  );
  expect(extractDecisions(many.join('\n'))).toHaveLength(16);
});
