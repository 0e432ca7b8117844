import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSigned } from '../context.ts';
import { href } from '../route.ts';
import { timeZones } from '../times.ts';
import { VIEWS, type View } from '../views.ts';
import { Icon } from './icon.tsx';
import { Red } from './states.tsx';

interface ShellProps {
  view: View;
  alarm: string | undefined;
  timeZone: string;
  onTimeZone(timeZone: string): void;
  onLeave(): void;
  children: ComponentChildren;
}

/** What stands around every view: the way from place to place, the time zone, the alarm, the way out. */
export function Shell({ view, alarm, timeZone, onTimeZone, onLeave, children }: ShellProps) {
  const { may, pin } = useSigned();
  const main = useRef<HTMLElement>(null);
  const current = VIEWS.find(({ name }) => name === (view.within ?? view.name)) ?? view;
  const label = current.place?.label ?? '';
  useEffect(() => {
    document.title = `${label} · Audit trail`;
  }, [label]);
  const tenant = pin.key.split('+')[0]?.split('/')[1] ?? '';
  return (
    <div class={alarm === undefined ? 'shell' : 'shell alarmed'}>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header class="bar">
        <p class="brand">
          <Icon name="shield" />
          <span>
            Audit trail <bdi class="tenant">{tenant}</bdi>
          </span>
        </p>
        <nav aria-label="Places">
          <ul>
            {VIEWS.filter(({ scope }) => scope === undefined || may(scope)).map(
              ({ name, place }) =>
                place && (
                  <li key={name}>
                    <a href={href(name)} aria-current={name === current.name ? 'page' : undefined}>
                      <Icon name={place.icon} />
                      {place.label}
                    </a>
                  </li>
                ),
            )}
          </ul>
        </nav>
        <div class="reader">
          <a href="./api">API</a>
          <TimeZone timeZone={timeZone} onTimeZone={onTimeZone} />
          <button type="button" onClick={onLeave}>
            Sign out
          </button>
        </div>
      </header>
      <main ref={main} id="main" tabIndex={-1}>
        {pin.offered !== undefined && (
          <Red title="The log now names another key">
            <p>
              Since {pin.since.slice(0, 10)} this browser verifies with a key that it keeps; the API now names
              a different one. Nothing that it signs will verify here until you have learnt, by another way,
              that the key was rotated.
            </p>
            <p>
              <a href={href('integrity')}>Compare the keys</a>
            </p>
          </Red>
        )}
        {alarm !== undefined && (
          <Red title={alarm}>
            <p>
              What you see was changed after it was signed, or was never in the signed log. Do not rely on it.
              The records in question are marked in red.
            </p>
          </Red>
        )}
        {children}
      </main>
    </div>
  );
}

function TimeZone({ timeZone, onTimeZone }: { timeZone: string; onTimeZone(timeZone: string): void }) {
  return (
    <label class="zone">
      <span>Times in</span>
      <select value={timeZone} onChange={(event) => onTimeZone(event.currentTarget.value)}>
        <ZoneOptions timeZone={timeZone} />
      </select>
    </label>
  );
}

const NEAR = [
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Sydney',
];

/** A few zones rather than all four hundred, which would be most of the elements of the page. */
function ZoneOptions({ timeZone }: { timeZone: string }) {
  const [own = 'UTC'] = timeZones();
  return (
    <>
      {[...new Set([own, timeZone, ...NEAR])].map((zone) => (
        <option key={zone} value={zone}>
          {zone.replaceAll('_', ' ')}
        </option>
      ))}
    </>
  );
}
