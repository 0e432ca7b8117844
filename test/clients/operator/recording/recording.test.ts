import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { play, shareable } from '../../../../clients/operator/recording/session.ts';
import { filmOf } from '../../../../clients/operator/recording/svg.ts';

const PROJECT = join(import.meta.dirname, '..', '..', '..', '..');
const where = { cwd: PROJECT, env: { PATH: process.env.PATH ?? '' }, follow: () => undefined };

test('a session is what its commands wrote, in their order, and long waits are cut', async () => {
  const lines = await play(
    [
      { typed: 'say it', runs: 'echo one; echo two >&2', exit: 0 },
      { typed: 'exit 3', exit: 3 },
    ],
    where,
  );
  expect(lines.map(({ text, typed }) => (typed ? `$ ${text}` : text)).sort()).toEqual([
    '$ exit 3',
    '$ say it',
    'one',
    'two',
  ]);
  expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).sort((a, b) => a - b));
  expect(lines.at(-1)?.at).toBeLessThan(10_000);
});

test('a command that does not end as it has to is no film', async () => {
  await expect(play([{ typed: 'false', exit: 0 }], where)).rejects.toThrow(
    '"false" ended with 1, and should with 0',
  );
});

test('tokens are cut off, and the machine does not show', () => {
  const token = `aat_acme_${'Ab1'.repeat(16)}`;
  expect(shareable(`/home/x/trail/.local/a  ${token}  (reader)  `, '/home/x/trail')).toBe(
    '.local/a  aat_acme_…  (reader)',
  );
});

test('a film is text and a style sheet: what a command wrote is escaped, wrapped, and comes at its time', () => {
  const film = filmOf(
    [
      { at: 0, text: 'run', typed: true },
      { at: 2_000, text: '<script>&"\u0007', typed: false },
      { at: 2_000, text: `  ${'word '.repeat(30)}`.trimEnd(), typed: false },
    ],
    'A "title"',
  );
  expect(film).toContain('<title id="t">A &quot;title&quot;</title>');
  expect(film).toContain('>$ run</text>');
  expect(film).toContain('>&lt;script&gt;&amp;&quot;</text>');
  expect(film.match(/<text /g)).toHaveLength(4);
  expect(film).toContain('@keyframes m1{0%{opacity:0}20.000%{opacity:1}}');
  expect(film).toContain('prefers-reduced-motion');
});

test('the film of the README is small, shows no token, and ends with a record that does not verify', () => {
  const film = readFileSync(join(PROJECT, 'docs', 'images', 'recording.svg'), 'utf8');
  expect(film.length).toBeLessThan(200_000);
  expect(film).not.toMatch(/<script|href=|aat_[a-z]+_[0-9A-Za-z]{8}|\/(?:home|work|tmp|Users)\//);
  expect(film).toContain('6 of 6 questions answered and verified');
  expect(film.indexOf('VERIFIED')).toBeLessThan(film.indexOf('DOES NOT VERIFY'));
});
