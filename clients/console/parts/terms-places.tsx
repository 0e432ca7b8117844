import { href } from '../route.ts';

const PLACES = [
  ['retention', 'Policy'],
  ['holds', 'Legal holds'],
  ['erasures', 'Erasures'],
  ['purges', 'Purges'],
] as const;

/** The way between the views of how long records are kept. */
export function TermsPlaces({ current }: { current: (typeof PLACES)[number][0] }) {
  return (
    <nav class="places" aria-label="Retention">
      <ul>
        {PLACES.map(([name, label]) => (
          <li key={name}>
            <a href={href(name)} aria-current={name === current ? 'page' : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
