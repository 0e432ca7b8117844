import { z } from 'zod';
import { fromUtf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { type Disclosure, disclosureSchema } from '../event/commitment.ts';
import type { LogReader } from './log-reader.ts';

const MAX_OBJECT = 128 * 1024 * 1024;

const lineSchema = z.object({ event_id: z.string(), disclosures: z.array(disclosureSchema) });

/**
 * The disclosures of a batch by event id, from its object in the work bucket: gzip of NDJSON, a line
 * `{event_id, disclosures}` for each event that has any; of `only` alone, where one event is asked for, since reading a line
 * costs more than finding it. Empty where the object is gone, which is what erasure means.
 */
export async function readDisclosures(
  { work, codec }: Pick<LogReader, 'work' | 'codec'>,
  object: string,
  only?: string,
): Promise<Map<string, Disclosure[]>> {
  const bytes = await work.read(object);
  if (!bytes) return new Map();
  try {
    const text = fromUtf8(codec.gunzip(bytes, MAX_OBJECT));
    const lines = only === undefined ? text.split('\n').filter((line) => line !== '') : linesWith(only, text);
    const parsed = lines.map((line) => lineSchema.parse(JSON.parse(line)));
    return new Map(parsed.map(({ event_id, disclosures }) => [event_id, disclosures]));
  } catch (cause) {
    throw new AuditError('integrity', 'the disclosures of a batch cannot be read', { cause });
  }
}

/** The lines of `text` that hold `word`. */
function linesWith(word: string, text: string): string[] {
  const lines: string[] = [];
  for (let at = text.indexOf(word); at >= 0; ) {
    const end = text.indexOf('\n', at);
    lines.push(text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end));
    at = end < 0 ? -1 : text.indexOf(word, end);
  }
  return lines;
}
