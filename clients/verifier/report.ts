import type { Failure } from '../../core/receipt/failure.ts';
import type { Shown, Verdict } from '../../core/receipt/verify.ts';
import type { UsedKey } from './files.ts';

/** What was given. */
export type Kind =
  | 'receipt'
  | 'record'
  | 'page'
  | 'delivery'
  | 'records'
  | 'bundle'
  | 'projection'
  | 'log'
  | 'archive';

/** What became of one FILE. */
export type Result = { file: string } & (
  | { outcome: 'judged'; kind: Kind; verdict: Verdict; key: UsedKey; notes: string[] }
  | { outcome: 'unreadable'; problem: string }
);

/** 0: all verified; 1: one does not verify; 2: none of that, but one can't be read. */
export function exitCode(results: readonly Result[]): 0 | 1 | 2 {
  if (results.some((result) => result.outcome === 'judged' && !result.verdict.verified)) return 1;
  return results.some((result) => result.outcome === 'unreadable') ? 2 : 0;
}

/** For people. Whatever comes from the data is escaped: it must not steer the terminal. */
export function toText(results: readonly Result[]): string {
  return results.map((result) => `${textOf(result).map(printable).join('\n')}\n`).join('\n');
}

/** For programs: `{results: [...]}`, snake_case. */
export function toJson(results: readonly Result[]): string {
  const json = JSON.stringify({ results: results.map(jsonOf) }, null, 2);
  return `${json.replaceAll(UNPRINTABLE_IN_JSON, unitEscapes)}\n`;
}

function textOf(result: Result): string[] {
  const { file } = result;
  if (result.outcome === 'unreadable') return [`${file}: CANNOT BE READ`, `  ${result.problem}`];
  const { verdict, key, notes } = result;
  const source = key.beside === undefined ? 'given by you' : `from ${key.beside}`;
  return [
    `${file}: ${verdict.verified ? 'VERIFIED' : 'DOES NOT VERIFY'}`,
    ...(verdict.verified ? shownText(verdict.shown) : failureText(verdict.failure, verdict.checked)),
    `  key         ${key.key} (${source})`,
    ...notes.map((note) => `  note        ${note}`),
  ];
}

function shownText(shown: Shown): string[] {
  const { count, first_index, last_index, missing, holes } = shown;
  const range = first_index === undefined ? '' : `, index ${first_index} to ${last_index}`;
  const gaps = missing === 0 ? 'none missing in between' : `${missing} in between not here`;
  const where = holes.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return [
    `  log         ${shown.origin}`,
    `  checkpoint  size ${shown.tree_size}, root ${shown.root}`,
    `  records     ${count}${range}${first_index === undefined ? '' : `, ${gaps}`}`,
    ...(missing === 0 ? [] : [`  not here    ${where.join(', ')}${holes.length < 20 ? '' : ' …'}`]),
    ...(shown.purged === undefined
      ? []
      : [`  purged      ${shown.purged}, before these; a record of the log tells of it`]),
    ...(shown.record_signatures === undefined
      ? []
      : [`  signatures  ${shown.record_signatures} of records themselves, beside the checkpoint's`]),
    ...(shown.disclosures === 0 ? [] : [`  disclosures ${shown.disclosures}`]),
    ...(shown.consistent_with === undefined
      ? []
      : [`  consistent  with the other checkpoint, of size ${shown.consistent_with}`]),
  ];
}

function failureText(failure: Failure, checked: number): string[] {
  const { line, index, event_id, part } = failure.where;
  const where = [
    ...(part === undefined ? [] : [`file ${part}`]),
    ...(event_id === undefined ? [] : [`event ${event_id}`]),
    ...(index === undefined ? [] : [`index ${index}`]),
    ...(line === undefined ? [] : [`line ${line}`]),
  ];
  return [
    `  where       ${where.length === 0 ? 'the checkpoint' : where.join(', ')}`,
    `  what        ${failure.code}${failure.detail === undefined ? '' : ` (${failure.detail})`}`,
    `  meaning     ${failure.meaning}`,
    `  before it   ${checked} record${checked === 1 ? '' : 's'} verified`,
  ];
}

function jsonOf(result: Result): object {
  if (result.outcome === 'unreadable')
    return { file: result.file, outcome: 'unreadable', problem: result.problem };
  const { file, kind, verdict, key, notes } = result;
  const common = { key: key.key, key_source: key.beside === undefined ? 'given' : 'beside_the_data', notes };
  return verdict.verified
    ? { file, outcome: 'verified', kind, ...verdict.shown, ...common }
    : { file, outcome: 'not_verified', kind, failure: verdict.failure, checked: verdict.checked, ...common };
}

// Controls, format characters (bidirectional overrides among them), line separators, halves of surrogate pairs.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
// The line feeds of the layout stay; those of the data are escaped by JSON itself.
const UNPRINTABLE_IN_JSON = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, unitEscapes);
}

function unitEscapes(character: string): string {
  return Array.from(
    { length: character.length },
    (_, position) => `\\u${character.charCodeAt(position).toString(16).padStart(4, '0')}`,
  ).join('');
}
