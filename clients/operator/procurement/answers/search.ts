import type { Prepared } from './prepared.ts';

/** How much a second mention adds, and how much a long text takes away: the usual values of BM25. */
const K1 = 1.2;
const B = 0.75;
/** Words of a question that tell nothing of what it is about. */
const STOP = new Set(
  'a an and any are as at be by can do does for from has have how i if in is it its of on or our please show that the their there they this to us was we what when where which who why will with you your describe'.split(
    ' ',
  ),
);
/** What the question itself says counts more than what the answer happens to mention. */
const WEIGHTS = { question: 3, also: 3, answer: 1 };

export interface Found {
  readonly prepared: Prepared;
  readonly score: number;
}

/** The prepared answers that fit `question`, the best first, by Okapi BM25 over their words; none where no word fits. */
export function search(question: string, all: readonly Prepared[]): Found[] {
  const texts = all.map(weighted);
  const average = texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length);
  const asked = new Set(wordsOf(question));
  const found = all.map((prepared, position) => {
    const text = texts[position] ?? [];
    let score = 0;
    for (const word of asked) {
      const times = text.filter((own) => own === word).length;
      if (times === 0) continue;
      const having = texts.filter((other) => other.includes(word)).length;
      const rare = Math.log(1 + (all.length - having + 0.5) / (having + 0.5));
      score += (rare * times * (K1 + 1)) / (times + K1 * (1 - B + (B * text.length) / average));
    }
    return { prepared, score };
  });
  return found.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
}

function weighted({ question, also, statement }: Prepared): string[] {
  const times = (text: string, count: number) => Array.from({ length: count }, () => wordsOf(text)).flat();
  return [
    ...times(question, WEIGHTS.question),
    ...times(also.join(' '), WEIGHTS.also),
    ...times(statement.text, WEIGHTS.answer),
  ];
}

/** Words without their endings, so that "records" finds "record" and "isolated" finds "isolation". */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !STOP.has(word)).map(stem);
}

function stem(word: string): string {
  if (word.length <= 4) return word.replace(/s$/, '');
  return word.replace(/(ations?|ions?|ments?|ings?|ed|ies|es|s|e)$/, '');
}
