import { z } from 'zod';
import { parseOptionText } from '../event/options.ts';
import { RECORD_DECISION } from './block.ts';
import { readObjectAt } from './lenient-json.ts';

/** The payload of a DECISION_POINT, all of it in plain text. */
export interface ExtractedDecision {
  reasoning_summary: string;
  options_considered?: Option[];
  selected_action: string;
  policy_references?: string[];
  source: 'stated' | 'reconstructed';
}

const MAX_TEXT = 64 * 1024;
const MAX_DECISIONS = 16;
const MAX_DEPTH = 8;
const MAX_STARTS = 8; // brackets before the key that are tried as the start of its object
const MAX_LIST = 100;
const MAX_NAME = 256;
const KEY = 'reasoning_summary';

const optionObject = z.object({
  option: z.string().min(1),
  outcome: z.string().optional(),
  status: z.string().optional(),
  reason: z.string().optional(),
});

/**
 * Lifts decision blocks out of what a model gave, whatever it wrapped them in: a fenced or inline block in text, the
 * arguments of a call of `record_decision`, a message with parts, an object within an object, a block whose end is
 * missing. What holds no block gives none; nothing is made up, and nothing throws. Text is read up to 64 KiB.
 */
export function extractDecisions(output: unknown): ExtractedDecision[] {
  const found: ExtractedDecision[] = [];
  visit(output, 0, found);
  const seen = new Set<string>();
  return found.filter((decision) => {
    const text = JSON.stringify(decision);
    return !seen.has(text) && seen.add(text);
  });
}

/** The decision that the arguments of `record_decision` state; undefined where they state none. */
export function decisionOfCall(name: string, args: unknown): ExtractedDecision | undefined {
  return name === RECORD_DECISION ? extractDecisions(args)[0] : undefined;
}

function visit(value: unknown, depth: number, found: ExtractedDecision[]): void {
  if (depth > MAX_DEPTH || found.length >= MAX_DECISIONS) return;
  if (typeof value === 'string') {
    readText(value, depth, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const decision = Array.isArray(value) ? undefined : decisionOf(value as Record<string, unknown>, false);
  if (decision) {
    found.push(decision);
    return;
  }
  for (const inner of Object.values(value).slice(0, MAX_LIST)) visit(inner, depth + 1, found);
}

function readText(whole: string, depth: number, found: ExtractedDecision[]): void {
  const text = whole.slice(0, MAX_TEXT);
  for (let from = 0; found.length < MAX_DECISIONS; ) {
    const key = text.indexOf(KEY, from);
    if (key < 0) return;
    from = key + KEY.length;
    // A block within a string of JSON (a tool's arguments, say) has its quotes escaped.
    if (text[from] === '\\') {
      const inner = unescaped(text);
      if (inner !== undefined && inner !== text) visit(inner, depth + 1, found);
      return;
    }
    const decision = decisionAround(text, key);
    if (!decision) continue;
    found.push(decision);
    // The block is read; the next one starts behind its last list or text.
    const next = text.indexOf(KEY, from);
    if (next < 0) return;
    from = next;
  }
}

/** The decision in the object that holds the key at `key`: the nearest bracket before it whose object has the key itself. */
function decisionAround(text: string, key: number): ExtractedDecision | undefined {
  let start = key;
  for (let tried = 0; tried < MAX_STARTS; tried++) {
    start = text.lastIndexOf('{', start - 1);
    if (start < 0) return undefined;
    const read = readObjectAt(text, start);
    const decision = read && decisionOf(read.value, read.truncated);
    if (decision) return decision;
    if (start === 0) return undefined;
  }
  return undefined;
}

function unescaped(text: string): string | undefined {
  const start = text.search(/[[{"]/);
  if (start < 0) return undefined;
  const plain = text.slice(start).replaceAll('\\"', '"').replaceAll('\\n', '\n').replaceAll('\\\\', '\\');
  return plain;
}

function decisionOf(block: Record<string, unknown>, truncated: boolean): ExtractedDecision | undefined {
  const { reasoning_summary: summary, selected_action: stated } = block;
  if (typeof summary !== 'string' || summary.trim() === '') return undefined;
  const { options, inferred } = optionsOf(block['options_considered'], stated);
  const references = [block['policy_references'] ?? []]
    .flat()
    .filter((reference) => typeof reference === 'string' && reference.trim() !== '')
    .slice(0, MAX_LIST)
    .map((reference) => (reference as string).slice(0, MAX_NAME).toWellFormed());
  const selected = options.find(({ outcome }) => outcome === 'selected')?.option;
  return {
    reasoning_summary: summary.toWellFormed(),
    ...(options.length > 0 && { options_considered: options }),
    selected_action: typeof stated === 'string' && stated !== '' ? stated : (selected ?? 'none'),
    ...(references.length > 0 && { policy_references: references }),
    source: truncated || inferred ? 'reconstructed' : 'stated',
  };
}

interface Option {
  option: string;
  outcome: 'selected' | 'rejected' | 'not_applicable' | 'not_triggered';
  reason?: string;
}

/**
 * Options as lines or as objects. One without an outcome is the selected one where the block names it as such, and
 * rejected where another was selected; then it was inferred. Where nothing was selected it is left out.
 */
function optionsOf(given: unknown, stated: unknown): { options: Option[]; inferred: boolean } {
  const read = (Array.isArray(given) ? given : []).slice(0, MAX_LIST).flatMap((element) => optionOf(element));
  const chosen = typeof stated === 'string' || read.some(({ outcome }) => outcome === 'selected');
  const options: Option[] = [];
  let inferred = false;
  for (const { outcome, ...option } of read) {
    if (outcome) options.push({ ...option, outcome });
    else {
      inferred = true;
      if (chosen) options.push({ ...option, outcome: option.option === stated ? 'selected' : 'rejected' });
    }
  }
  return { options, inferred };
}

function optionOf(element: unknown): { option: string; outcome?: Option['outcome']; reason?: string }[] {
  if (typeof element === 'string') {
    const line = element.trim();
    if (line === '') return [];
    const read = parseOptionText(line);
    if (read && typeof read.option === 'string') return [read as Option];
    return [{ option: line }];
  }
  const parsed = optionObject.safeParse(element);
  if (!parsed.success) return [];
  const { option, outcome, status, reason } = parsed.data;
  const read = parseOptionText(`x - ${outcome ?? status ?? ''}`);
  return [
    {
      option,
      ...(read && { outcome: read.outcome }),
      ...(reason !== undefined && reason !== '' && { reason }),
    },
  ];
}
