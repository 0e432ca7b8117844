import { useEffect, useMemo, useState } from 'preact/hooks';
import { Api, apiBaseOf, type Problem } from './api.ts';
import { SignedContext } from './context.ts';
import { Shell } from './parts/shell.tsx';
import { Loading } from './parts/states.tsx';
import { useRoute } from './route.ts';
import { type PinnedKey, pinnedKey, storedToken, storeToken } from './session.ts';
import { useTimeZone } from './time-zone.ts';
import { EmittersView } from './views/emitters.tsx';
import { EventsView } from './views/events.tsx';
import { IntegrityView } from './views/integrity.tsx';
import { QuarantineView } from './views/quarantine.tsx';
import { SignIn } from './views/sign-in.tsx';
import { TaskView } from './views/task.tsx';
import { TasksView } from './views/tasks.tsx';
import { TokensView } from './views/tokens.tsx';

const VIEWS = {
  tasks: TasksView,
  task: TaskView,
  events: EventsView,
  quarantine: QuarantineView,
  integrity: IntegrityView,
  tokens: TokensView,
  emitters: EmittersView,
};

/** The console: nobody, somebody who is being let in, or a reader with a view. */
export function App() {
  const base = useMemo(() => apiBaseOf(location), []);
  const [token, setToken] = useState(storedToken);
  const [pin, setPin] = useState<PinnedKey>();
  const [admin, setAdmin] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [alarm, setAlarm] = useState<string>();
  const [timeZone, setTimeZone] = useTimeZone();
  const route = useRoute();

  const api = useMemo(() => (token === undefined ? undefined : new Api(base, token)), [base, token]);
  const leave = (why?: Problem) => {
    storeToken(undefined);
    setToken(undefined);
    setPin(undefined);
    setAlarm(undefined);
    setProblem(why);
  };
  useEffect(() => {
    if (!api) return;
    let gone = false;
    void (async () => {
      const key = await pinnedKey(api);
      if (gone) return;
      if (!key.ok) return leave(key.problem);
      const tokens = await api.get('/v1/audit/tokens');
      if (gone) return;
      setAdmin(tokens.ok);
      setPin(key.pin);
    })();
    return () => {
      gone = true;
    };
  }, [api]);
  useEffect(() => setAlarm(undefined), [route.view, JSON.stringify(route.query)]);

  if (!api) {
    const enter = (given: string) => {
      storeToken(given);
      setProblem(undefined);
      setToken(given);
    };
    return <SignIn base={base} problem={problem} onToken={enter} />;
  }
  if (!pin) return <Loading what="the key of the log" />;
  const View = VIEWS[route.view];
  return (
    <SignedContext.Provider value={{ api, pin, setPin, timeZone, admin, alarm: setAlarm }}>
      <Shell
        view={route.view}
        alarm={alarm}
        timeZone={timeZone}
        onTimeZone={setTimeZone}
        onLeave={() => leave()}
      >
        <View key={route.view} query={route.query} />
      </Shell>
    </SignedContext.Provider>
  );
}
