import { useState } from 'preact/hooks';
import { isTimeZone } from '../../core/narrative/time.ts';

const NAME = 'agent-audit-trail.time-zone';

/** The time zone that times are shown in: what was chosen here before, else the browser's own. */
export function useTimeZone(): [string, (timeZone: string) => void] {
  const [timeZone, setTimeZone] = useState(() => {
    const stored = localStorage.getItem(NAME) ?? '';
    return isTimeZone(stored) ? stored : new Intl.DateTimeFormat().resolvedOptions().timeZone;
  });
  const choose = (chosen: string): void => {
    localStorage.setItem(NAME, chosen);
    setTimeZone(chosen);
  };
  return [timeZone, choose];
}
