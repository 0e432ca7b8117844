import { english } from '../../../core/narrative/messages/en.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import { visible } from '../../../core/narrative/visible.ts';
import type { Found } from '../../../core/retention/erasure.ts';
import { useSigned } from '../context.ts';
import { href } from '../route.ts';
import { useWatched } from '../use-watched.ts';
import { Failed } from './states.tsx';

/** An erasure as the API shows it. */
export interface Erasure {
  erasure_id: string;
  subject?: { type: string; pseudonym: string };
  user_id?: string;
  request: string;
  preview: boolean;
  status: 'queued' | 'running' | 'blocked' | 'done';
  requested_at: string;
  requested_by: { type: string; id: string };
  finished_at?: string;
  found?: Found;
  document?: string;
}

export function erasurePath(erasureId: string): string {
  return `/v1/audit/erasures/${encodeURIComponent(erasureId)}`;
}

export function ErasureCard({ seen }: { seen: Erasure }) {
  const { timeZone } = useSigned();
  const { job, problem } = useWatched(erasurePath(seen.erasure_id), seen);
  const at = (iso: string) => formatMoment(iso, { timeZone }, english.locale);
  return (
    <li>
      <div class="head">
        <h2>
          <bdi>{visible(job.request)}</bdi>
        </h2>
        <Status erasure={job} />
      </div>
      <p>
        {job.subject ? (
          <>
            About {visible(job.subject.type)} <code>{job.subject.pseudonym.slice(0, 28)}…</code>
          </>
        ) : (
          <>
            On behalf of user <bdi>{visible(job.user_id ?? '')}</bdi>
          </>
        )}
      </p>
      {job.found && <FoundText found={job.found} done={!job.preview && job.status === 'done'} />}
      {job.document !== undefined && (
        <p>
          Certificate in the archive: <code>{job.document}</code>,{' '}
          <a href={href('events', { event_type: 'ERASURE_PERFORMED', category: 'governance' })}>
            vouched for by its record
          </a>
        </p>
      )}
      <p class="quiet small">
        <code>{job.erasure_id}</code>, asked for {at(job.requested_at)} by {job.requested_by.type}{' '}
        <code>{job.requested_by.id}</code>
        {job.finished_at !== undefined && `, ended ${at(job.finished_at)}`}
      </p>
      {problem && <Failed problem={problem} />}
    </li>
  );
}

export function Status({ erasure: { preview, status } }: { erasure: Erasure }) {
  const [says, looks] =
    status === 'blocked'
      ? ['Blocked by a legal hold', 'failed']
      : status === 'done'
        ? [preview ? 'Looked at' : 'Erased', 'completed']
        : [preview ? 'Being looked at' : 'Being erased', 'open'];
  return (
    <span class={`chip ${looks}`} role="status">
      {says}
    </span>
  );
}

/** How many, which fields, what stands in the way, and what is out of reach. */
export function FoundText({
  found: { records, fields, blocked, exports },
  done,
}: {
  found: Found;
  done: boolean;
}) {
  const { timeZone } = useSigned();
  return (
    <>
      <p>
        {records === 0 ? 'No record about them has anything to erase.' : `${countText(records, done)}: `}
        {fields.map(({ pointer, count }, index) => (
          <span key={pointer}>
            {index > 0 && ', '}
            <code>{visible(pointer)}</code> {count === 1 ? 'once' : `${count} times`}
          </span>
        ))}
      </p>
      {blocked.map((hold) => (
        <p key={hold.hold_id} class="failure">
          The legal hold <a href={href('holds')}>{hold.hold_id}</a> keeps {hold.records} of them. Nothing is
          erased until it is released.
        </p>
      ))}
      {records > 0 && exports.length > 0 && (
        <details>
          <summary>
            Out of reach: copies of {exports.length} {exports.length === 1 ? 'export' : 'exports'} with
            personal fields, made before
          </summary>
          <ul>
            {exports.map(({ export_id, at }) => (
              <li key={export_id}>
                <code>{export_id}</code>, {formatMoment(at, { timeZone }, english.locale)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function countText(records: number, done: boolean): string {
  if (records === 1) return `1 record ${done ? 'had' : 'has'} personal fields`;
  return `${records.toLocaleString(english.locale)} records ${done ? 'had' : 'have'} personal fields`;
}
