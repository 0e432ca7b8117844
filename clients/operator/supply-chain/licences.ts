import type { Package } from './packages.ts';

/** What code that we deploy, hand out or show may be under. */
const SHIPPED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0', // as permissive as MIT; a part of the CDK is under it
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'OFL-1.1', // fonts of the PDF report
  'Unlicense',
]);

/** Besides, what tools that build and test may be under: nothing of them is passed on. */
const TOOLS = new Set([...SHIPPED, 'CC-BY-4.0', 'CC0-1.0', 'MPL-2.0', 'Python-2.0']);

/** Packages whose package.json names no licence, by what the LICENSE file in them says. */
const READ_BY_HAND: Readonly<Record<string, string>> = { 'png-js@2.0.0': 'MIT' };

/** The licence of `one`: an SPDX expression, or undefined where nobody knows. */
export function licenceOf({ name, version, licence }: Package): string | undefined {
  return licence ?? READ_BY_HAND[`${name}@${version}`];
}

/** Whether each of the licences that `expression` demands is in `allowed`; of an OR, one suffices. */
function satisfies(expression: string, allowed: ReadonlySet<string>): boolean {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(text)) return false; // nothing nested is known, so nothing nested is guessed at
  if (text.includes(' OR ')) return text.split(' OR ').some((part) => satisfies(part, allowed));
  return text.split(' AND ').every((part) => allowed.has(part.trim()));
}

/** What stands in the way of passing the project on: a sentence for each package. */
export function licenceProblems(packages: readonly Package[]): string[] {
  return packages.flatMap((one) => {
    const { name, version, dev } = one;
    const licence = licenceOf(one);
    if (licence === undefined) return [`${name} ${version} names no licence: read its LICENSE file`];
    if (satisfies(licence, dev ? TOOLS : SHIPPED)) return [];
    return [
      `${name} ${version} is under ${licence}, which ${dev ? 'no tool' : 'nothing that we ship'} may be`,
    ];
  });
}
