import { useEffect, useState } from 'preact/hooks';
import type { Answer, Api } from './api.ts';
import { useSigned } from './context.ts';

/** An answer of the API, asked for anew when `question` changes; undefined while it is on its way. */
export function useAnswer<T>(
  question: string,
  ask: (api: Api, signal: AbortSignal) => Promise<Answer<T>>,
): { answer: Answer<T> | undefined; again: () => void } {
  const { api } = useSigned();
  const [answer, setAnswer] = useState<Answer<T>>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setAnswer(undefined);
    void ask(api, controller.signal).then((given) => {
      if (!controller.signal.aborted) setAnswer(given);
    });
    return () => controller.abort();
  }, [api, question, turn]);
  return { answer, again: () => setTurn(turn + 1) };
}
