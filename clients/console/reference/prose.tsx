/** A text of the document: what stands in backticks is code, and nothing else in it means anything. */
export function Prose({ text }: { text: string }) {
  return (
    <>
      {text
        .split('`')
        .map((part, position) => (position % 2 === 1 ? <code key={position}>{part}</code> : part))}
    </>
  );
}
