import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Scope } from '../../core/identity/scope.ts';
import type { Trust } from '../../core/receipt/key-chain.ts';
import { Api, apiBaseOf, type Problem } from './api.ts';
import { SignedContext } from './context.ts';
import { Shell } from './parts/shell.tsx';
import { Loading } from './parts/states.tsx';
import { useRoute } from './route.ts';
import { type PinnedKey, pinnedKey, storedToken, storeToken } from './session.ts';
import { useTimeZone } from './time-zone.ts';
import { trustFrom } from './trust.ts';
import { SignIn } from './views/sign-in.tsx';
import { VIEWS } from './views.ts';

interface Caller {
  type: string;
  id: string;
  scopes: readonly Scope[];
}

/** The console: nobody, somebody who is being let in, or a reader with a view. */
export function App() {
  const base = useMemo(() => apiBaseOf(location), []);
  const [token, setToken] = useState(storedToken);
  const [pin, setPin] = useState<PinnedKey>();
  const [trusted, setTrusted] = useState<{ key: string; trust: Trust }>();
  const [caller, setCaller] = useState<Caller>({ type: '', id: '', scopes: [] });
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
      const [asked, key] = await Promise.all([api.get<Caller>('/v1/audit/caller'), pinnedKey(api)]);
      if (gone) return;
      if (!asked.ok) return leave(asked.problem);
      if (!key.ok) return leave(key.problem);
      setCaller(asked.data);
      setPin(key.pin);
    })();
    return () => {
      gone = true;
    };
  }, [api]);
  useEffect(() => {
    if (!api || !pin) return;
    let gone = false;
    const { key } = pin;
    void trustFrom(api, key).then((trust) => gone || setTrusted({ key, trust }));
    return () => {
      gone = true;
    };
  }, [api, pin?.key]);
  useEffect(() => setAlarm(undefined), [route.view, JSON.stringify(route.query)]);

  if (!api) {
    const enter = (given: string) => {
      storeToken(given);
      setProblem(undefined);
      setToken(given);
    };
    return <SignIn base={base} problem={problem} onToken={enter} />;
  }
  if (!pin || trusted?.key !== pin.key) return <Loading what="the key of the log" />;
  const view = VIEWS.find(({ name }) => name === route.view) ?? VIEWS[0];
  const may = (scope: Scope) => caller.scopes.includes(scope);
  return (
    <SignedContext.Provider
      value={{ api, pin, setPin, trust: trusted.trust, timeZone, me: caller, may, alarm: setAlarm }}
    >
      <Shell view={view} alarm={alarm} timeZone={timeZone} onTimeZone={setTimeZone} onLeave={() => leave()}>
        <view.show key={view.name} query={route.query} />
      </Shell>
    </SignedContext.Provider>
  );
}
