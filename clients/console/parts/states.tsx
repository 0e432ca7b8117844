import type { ComponentChildren } from 'preact';
import type { Problem } from '../api.ts';
import { Icon } from './icon.tsx';

export function Loading({ what }: { what: string }) {
  return (
    <p class="state" role="status">
      <span class="spinner" aria-hidden="true" />
      Loading {what} …
    </p>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="state">{children}</div>;
}

/** What went wrong, in the API's words, and what can be done. Corruption is no ordinary error and does not look like one. */
export function Failed({ problem, retry }: { problem: Problem; retry?: () => void }) {
  if (problem.code === 'integrity') {
    return (
      <Red title="Stored records were altered">
        <p>
          The log itself refuses to give them out: what is stored here does not pass the checks of the log any
          more. Somebody changed it behind the log's back. What was read before it is shown; nothing after it
          can be trusted from this address.
        </p>
        <p>Tell whoever operates this audit trail, and verify the archive or an export that you hold.</p>
      </Red>
    );
  }
  const scope = problem.code === 'forbidden';
  return (
    <div class="state failed" role="alert">
      <p>
        <strong>{scope ? 'This token may not see this.' : 'That did not work.'}</strong> {problem.detail}
      </p>
      <p class="quiet">
        {problem.status === 0 ? problem.code : `${problem.status} ${problem.code}`}
        {problem.field === undefined ? '' : `, ${problem.field}`}
      </p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** The red that nobody overlooks. */
export function Red({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="red" role="alert">
      <h2>
        <Icon name="stop" />
        {title}
      </h2>
      {children}
    </section>
  );
}
