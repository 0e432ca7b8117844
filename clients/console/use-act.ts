import { useState } from 'preact/hooks';
import type { Problem } from './api.ts';
import { useSigned } from './context.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Something that the reader does, one at a time; `problem` is why the last try did not work. */
export function useAct() {
  const { api } = useSigned();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  /** What the API answered; undefined where it did not do it. */
  const act = async <T>(method: Method, path: string, body?: object): Promise<T | undefined> => {
    setBusy(true);
    const answer = await api.send<T>(method, path, body);
    setBusy(false);
    setProblem(answer.ok ? undefined : answer.problem);
    return answer.ok ? answer.data : undefined;
  };
  return { act, busy, problem, clear: () => setProblem(undefined) };
}
