import { expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../core/event/event.ts';
import { AGENT_EVENT_TYPES } from '../../../core/event/event.ts';
import { toHtml } from '../../../core/narrative/html.ts';
import { toMarkdown } from '../../../core/narrative/markdown.ts';
import { storyJson } from '../../../core/narrative/story-json.ts';
import { BERLIN, event, tellWhole } from './records.ts';

const SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(2)>';
const MARKDOWN =
  '![x](http://evil.example/x) [y](javascript:alert(1)) | `z` **bold** @someone #1 www.evil.example';
const BLOCK = 'ordinary\n\n# Heading\n\n- item\n\n```\ncode';
// A right-to-left override, a zero-width space, an escape that clears a terminal, and half a pair.
const HIDDEN = 'paid \u202e0001\u202c EUR\u200b \u001b[2J\u0007 \ud800';
const ATTACKS = [SCRIPT, MARKDOWN, BLOCK, HIDDEN];

/** Every free text and name that an agent can write, with `text` in it. */
function hostileEvents(text: string): AuditEvent[] {
  const short = text.slice(0, 200).replace('\ud800', ''); // ids may not hold half a pair: the writer refuses them
  const long = text.replace('\ud800', '');
  const person = { id: short, auth: short };
  const payloads: Record<string, object> = {
    TASK_INITIATED: { goal: long, input: { [short]: long }, trigger: { kind: short } },
    MESSAGE_EXCHANGED: { role: 'user', channel: short, content: long },
    TOOL_CALLED: { tool: { name: short, server: short }, purpose: long, elevated_permissions: [short] },
    TOOL_RESULT_RECEIVED: { status: 'error', result_summary: long, error: { code: short, message: long } },
    DECISION_POINT: {
      reasoning_summary: long,
      options_considered: [{ option: long, outcome: 'selected', reason: long }],
      selected_action: long,
      policy_references: [short],
    },
    POLICY_EVALUATED: { policy: short, version: short, outcome: 'blocked', reason: long },
    HUMAN_ESCALATION_TRIGGERED: { reason: long, question: long, requested_from: short },
    HUMAN_DECISION_RECORDED: { approver: person, decision: 'approved', justification: long },
    HUMAN_INTERVENED: { actor: person, action: 'stop', justification: long },
    TASK_SUSPENDED: { waiting_for: long },
    TASK_RESUMED: {},
    TASK_COMPLETED: { output: long },
    TASK_FAILED: { reason: long, error: { message: long }, last_known_state: [long] },
    TASK_CANCELLED: { by: short, reason: long },
    DATA_ACCESSED: {
      operation: 'write',
      store: { name: short, system: short },
      resource: long,
      data_classes: [short],
    },
    AGENT_CHANGED: { what: 'prompt', from: long, to: [long], approved_by: short },
  };
  return AGENT_EVENT_TYPES.map((type) =>
    event(type, payloads[type] ?? {}, {
      agent: { id: short, version: short, owner: short, model: { name: short }, prompt: { id: short } },
      ...(type === 'TASK_INITIATED'
        ? {
            initiator: { type: 'user', user_id: short, on_behalf_of: [{ type: 'user', id: short }] },
            task: { id: 'task-1', parent_id: short },
          }
        : {}),
    }),
  );
}

test.each(ATTACKS)('as HTML nothing of %j becomes a tag, an attribute or hidden text', (attack) => {
  const html = toHtml(tellWhole('task-1', hostileEvents(attack)), BERLIN);
  const body = html.slice(html.indexOf('<body>'));
  const tags = new Set(
    [...body.matchAll(/<\/?([a-z0-9]+)([^>]*)>/gi)].map(([, tag, more]) => `${tag}${more}`),
  );
  for (const tag of tags)
    expect(tag).toMatch(
      /^(?:body|h[1-6]|dl(?: class="facts")?|dt|dd|ul(?: class="open")?|ol|li(?: class="[a-z]+")?|p(?: class="(?:text|when)")?|blockquote|strong|em|bdi|section|pre|html)$/,
    );
  expect(body).not.toMatch(/[\p{Cf}\p{Cs}]|(?!\n)\p{Cc}/u);
});

test.each(ATTACKS)('as Markdown %j is text: no block, link, image, tag or mention', (attack) => {
  const markdown = toMarkdown(tellWhole('task-1', hostileEvents(attack)), BERLIN);
  const unescaped = markdown.replaceAll(/\\./g, '').replaceAll(/<br><sub>|<\/sub>/g, '');
  expect(unescaped).not.toMatch(/[<[\]`@|!]|https?:\/\/|www\./);
  // A hash at the beginning of a line is a heading: only ours are there.
  const headings = markdown.split('\n').filter((line) => /^\s*#/.test(line));
  expect(headings.map((line) => line.trim())).toEqual([
    '# Task task-1',
    '## Summary',
    '## Is anything missing?',
    '## What happened',
  ]);
  expect(markdown).not.toMatch(/[\p{Cf}\p{Cs}]|(?!\n)\p{Cc}/u);
});

test.each(ATTACKS)(
  'as JSON the sentences of %j hide nothing either, so a terminal can show them',
  (attack) => {
    const text = JSON.stringify(storyJson(tellWhole('task-1', hostileEvents(attack))));
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    if (attack === HIDDEN) expect(text).toContain('paid \\\\u202e0001');
  },
);

test('a very long text is cut, and says so; a story of it stays readable', () => {
  const story = tellWhole('task-1', [event('TASK_INITIATED', { goal: 'x'.repeat(20_000) })]);
  expect(toMarkdown(story, BERLIN).length).toBeLessThan(20_000);
  expect(toMarkdown(story, BERLIN)).toContain('\\[…\\]');
});
