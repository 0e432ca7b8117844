import type { Statement } from './template.ts';

/** What is known of a request: IAM condition keys and their values. An absent key is absent. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** Whether `value` matches an IAM pattern, in which `*` stands for any run of characters and `?` for one. */
export function matchesPattern(value: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(value);
}

type Test = (actual: string, expected: string) => boolean;

const equals: Test = (actual, expected) => actual === expected;

const AFFIRMATIVE: Readonly<Record<string, Test>> = {
  StringEquals: equals,
  StringLike: matchesPattern,
  ArnEquals: matchesPattern,
  ArnLike: matchesPattern,
  Bool: equals,
  NumericLessThan: (actual, expected) => Number(actual) < Number(expected),
};

const NEGATED: Readonly<Record<string, Test>> = {
  StringNotEquals: equals,
  StringNotLike: matchesPattern,
  ArnNotEquals: matchesPattern,
  ArnNotLike: matchesPattern,
};

/** Whether all conditions of a statement hold. Throws on an operator that it does not know. */
export function conditionsHold(conditions: Statement['Condition'], context: RequestContext): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => holds(operator, valuesOf(key, context), expected)),
  );
}

/** Names of condition keys are not case-sensitive; undefined is an absent key. */
function valuesOf(key: string, context: RequestContext): readonly string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found && [found[1]].flat();
}

function holds(
  operator: string,
  actual: readonly string[] | undefined,
  expected: readonly string[],
): boolean {
  if (operator === 'Null') return expected.includes(String(actual === undefined));
  const [, set, name = '', ifExists] =
    /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const test = AFFIRMATIVE[name] ?? NEGATED[name];
  if (!test) throw new Error(`unknown condition operator ${operator}`);
  const negated = name in NEGATED;
  if (actual === undefined) return ifExists !== undefined || set === 'ForAllValues:' || negated;
  const one = (value: string) => expected.some((pattern) => test(value, pattern)) !== negated;
  return set === 'ForAllValues:' || (negated && set === undefined) ? actual.every(one) : actual.some(one);
}
