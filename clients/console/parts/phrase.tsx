import type { Phrase } from '../../../core/narrative/phrase.ts';

/** A sentence. Values stand in `bdi`, so that their writing direction stays theirs; they are text, whatever they hold. */
export function Sentence({ phrase }: { phrase: Phrase }) {
  return (
    <>
      {phrase.map((part) => {
        if (typeof part === 'string') return part;
        return 'value' in part ? <bdi>{part.value}</bdi> : <em class="withheld">{part.withheld}</em>;
      })}
    </>
  );
}
