import { useEffect, useState } from 'preact/hooks';
import type { Problem } from './api.ts';
import { useSigned } from './context.ts';

const WAITS_MS = [500, 1_000, 2_000, 4_000];
const LONGEST_MS = 5_000;

/**
 * A job as it is now: asked for again and again until it has ended. By its own path, whose reads are coalesced in the
 * log; those of a list would each be a record.
 */
export function useWatched<T extends { status: string }>(
  path: string,
  seen: T,
): { job: T; setJob(job: T): void; problem: Problem | undefined } {
  const { api } = useSigned();
  const [job, setJob] = useState(seen);
  const [problem, setProblem] = useState<Problem>();
  const [turn, setTurn] = useState(0);
  const over = job.status !== 'queued' && job.status !== 'running';
  useEffect(() => setJob(seen), [seen]);
  useEffect(() => {
    if (over) return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      const answer = await api.get<T>(path, {}, controller.signal);
      if (controller.signal.aborted) return;
      setProblem(answer.ok ? undefined : answer.problem);
      if (answer.ok) setJob(answer.data);
      setTurn(turn + 1);
    }, WAITS_MS[turn] ?? LONGEST_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [api, path, turn, over]);
  return { job, setJob, problem: over ? undefined : problem };
}
