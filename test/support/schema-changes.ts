/** A JSON Schema as it is published: made by one program, so these are all the words that it uses. */
export type Schema = { readonly [word: string]: unknown };

/**
 * What of `current` a reader or sender of `frozen` would not understand: everything but words of explanation, and optional
 * fields and definitions that were added. Each line is a place and what became of it; none: the change is compatible.
 */
export function incompatibleChanges(frozen: Schema, current: Schema): string[] {
  const changes: string[] = [];
  compare(frozen, current, '', changes);
  return changes;
}

const EXPLANATIONS = new Set(['description', 'title', '$comment', 'examples']);

function compare(frozen: unknown, current: unknown, at: string, changes: string[]): void {
  if (Array.isArray(frozen) && Array.isArray(current)) {
    if (frozen.length !== current.length) changes.push(`${at}: ${frozen.length} became ${current.length}`);
    else
      for (const [index, value] of frozen.entries())
        compare(value, current[index], `${at}/${index}`, changes);
    return;
  }
  if (!isSchema(frozen) || !isSchema(current)) {
    if (frozen !== current)
      changes.push(`${at}: ${JSON.stringify(frozen)} became ${JSON.stringify(current)}`);
    return;
  }
  for (const word of new Set([...Object.keys(frozen), ...Object.keys(current)])) {
    if (EXPLANATIONS.has(word) && !isNames(at)) continue;
    if (Object.hasOwn(frozen, word) && Object.hasOwn(current, word)) {
      compare(frozen[word], current[word], `${at}/${word}`, changes);
    } else if (Object.hasOwn(frozen, word)) changes.push(`${at}/${word}: is gone`);
    else if (!isNames(at)) changes.push(`${at}/${word}: is new`);
  }
}

/** Whether the members at `at` are names of fields or definitions: a new one that is required shows in `required`. */
function isNames(at: string): boolean {
  return at === '/$defs' || (at.endsWith('/properties') && !at.endsWith('/properties/properties'));
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
