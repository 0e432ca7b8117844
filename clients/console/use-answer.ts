import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, Api } from './api.ts';
import { useSigned } from './context.ts';

/**
 * An answer of the API, asked for anew when `question` changes; undefined while it is on its way. One that is asked for
 * `again` stays until the next is here, so that nothing jumps, and the focus stays where it was.
 */
export function useAnswer<T>(
  question: string,
  ask: (api: Api, signal: AbortSignal) => Promise<Answer<T>>,
): { answer: Answer<T> | undefined; again: () => void } {
  const { api } = useSigned();
  const [answer, setAnswer] = useState<Answer<T>>();
  const [turn, setTurn] = useState(0);
  const answered = useRef<string>(undefined);
  useEffect(() => {
    const controller = new AbortController();
    setAnswer((before) => (before?.ok && answered.current === question ? before : undefined));
    void ask(api, controller.signal).then((given) => {
      if (controller.signal.aborted) return;
      answered.current = question;
      setAnswer(given);
    });
    return () => controller.abort();
  }, [api, question, turn]);
  return { answer, again: () => setTurn((before) => before + 1) };
}
