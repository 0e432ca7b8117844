import type { ExportFormat, ExportStatus } from '../../../core/export/export-job.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import { visible } from '../../../core/narrative/visible.ts';
import { useSigned } from '../context.ts';
import { filterText } from '../filter-text.ts';
import { useAct } from '../use-act.ts';
import { useWatched } from '../use-watched.ts';
import { Confirm } from './confirm.tsx';
import { Failed } from './states.tsx';

/** An export as the API shows it. */
export interface ExportJob {
  export_id: string;
  format: ExportFormat;
  filter: Readonly<Record<string, unknown>>;
  personal_fields: 'disclosed' | 'committed';
  status: ExportStatus;
  progress: { records: number; total?: number; percent: number };
  requested_by: { type: string; id: string };
  requested_at: string;
  expires_at: string;
  failure?: { code: string; detail: string };
  bytes?: number;
  manifest_sha256?: string;
}

const STATUS: Readonly<Record<ExportStatus, { says: string; looks: string }>> = {
  queued: { says: 'Waiting for its turn', looks: 'open' },
  running: { says: 'Being made', looks: 'open' },
  done: { says: 'Done', looks: 'completed' },
  failed: { says: 'Failed', looks: 'failed' },
  cancelled: { says: 'Cancelled', looks: 'cancelled' },
};

/** One export: how far it is while it is made, then where it is fetched from. */
export function ExportJobCard({ seen }: { seen: ExportJob }) {
  const { timeZone } = useSigned();
  const path = `/v1/audit/exports/${encodeURIComponent(seen.export_id)}`;
  const { job, setJob, problem } = useWatched(path, seen);
  const deed = useAct();
  const at = (iso: string) => formatMoment(iso, { timeZone }, english.locale);
  const over = job.status !== 'queued' && job.status !== 'running';
  const gone = Date.parse(job.expires_at) <= Date.now();
  const change = async (method: 'POST' | 'DELETE', where: string) => {
    const changed = await deed.act<ExportJob>(method, where);
    if (changed) setJob(changed);
  };
  const about = `the ${job.format} export of ${at(job.requested_at)}`;
  return (
    <li class={job.status === 'done' && gone ? 'over' : ''}>
      <div class="head">
        <h2>{job.format}</h2>
        <span class={`chip ${STATUS[job.status].looks}`} role="status">
          {STATUS[job.status].says}
        </span>
      </div>
      <p>
        <bdi>{filterText(job.filter, job.format === 'tlog-tiles' ? 'the whole log' : 'all of it', at)}</bdi>
      </p>
      {!over && <progress value={job.progress.percent} max={100} aria-label={`How far ${about} is`} />}
      <p>
        {over ? '' : `${job.progress.percent} %, `}
        {recordsText(job.progress)}
        {job.bytes === undefined ? '' : `, ${sizeText(job.bytes)}`}
      </p>
      {job.failure && (
        <p class="failure">
          <bdi>{visible(job.failure.detail)}</bdi> ({job.failure.code})
        </p>
      )}
      <p class="quiet small">
        asked for {at(job.requested_at)} by {job.requested_by.type} <code>{job.requested_by.id}</code>
        {job.personal_fields === 'disclosed'
          ? ', with personal fields open'
          : ', with personal fields committed, not open'}
        {job.status === 'done' && (gone ? ', its files are deleted' : `, kept until ${at(job.expires_at)}`)}
      </p>
      {job.manifest_sha256 !== undefined && (
        <p class="quiet small">
          manifest <code>{job.manifest_sha256}</code>
        </p>
      )}
      {problem && <Failed problem={problem} />}
      {deed.problem && <Failed problem={deed.problem} />}
      <div class="actions">
        {!over && (
          <Confirm label="Cancel" about={about} onConfirm={() => void change('POST', `${path}/cancel`)} />
        )}
        {job.status === 'done' && !gone && (
          <>
            <Download path={path} about={about} />
            <Confirm
              label="Delete"
              about={`the files of ${about}`}
              onConfirm={() => void change('DELETE', path)}
            />
          </>
        )}
      </div>
    </li>
  );
}

/** Asks for an address of some minutes, which is a record, and goes there; the token goes nowhere but to the API. */
function Download({ path, about }: { path: string; about: string }) {
  const deed = useAct();
  const fetchIt = async () => {
    const given = await deed.act<{ address: string }>('GET', `${path}/download?redirect=false`);
    if (given === undefined || !/^https?:\/\//.test(given.address)) return;
    const link = document.createElement('a');
    link.href = given.address;
    link.rel = 'noreferrer';
    link.click();
  };
  return (
    <>
      <button type="button" class="primary" disabled={deed.busy} onClick={() => void fetchIt()}>
        Download <span class="hidden">{about}</span>
      </button>
      {deed.problem && <Failed problem={deed.problem} />}
    </>
  );
}

function recordsText({ records, total }: ExportJob['progress']): string {
  const count = (number: number) => number.toLocaleString(english.locale);
  return total === undefined || total === records
    ? `${count(records)} records`
    : `${count(records)} of ${count(total)} records`;
}

function sizeText(bytes: number): string {
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${size.toLocaleString(english.locale, { maximumFractionDigits: 1 })} ${unit}`;
}
