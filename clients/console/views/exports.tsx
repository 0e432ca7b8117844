import { useSigned } from '../context.ts';
import { type ExportJob, ExportJobCard } from '../parts/export-job.tsx';
import { NewExport } from '../parts/new-export.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { href } from '../route.ts';
import { useAnswer } from '../use-answer.ts';

interface Exports {
  exports: ExportJob[];
  next_cursor: string | null;
}

/** What was taken out of the log: asked for, how far it is, fetched, deleted. */
export function ExportsView({ query }: { query: Readonly<Record<string, string>> }) {
  const { may } = useSigned();
  const { cursor } = query;
  const { answer, again } = useAnswer<Exports>(JSON.stringify(query), (api, signal) =>
    api.get('/v1/audit/exports', { cursor, limit: '50' }, signal),
  );
  return (
    <>
      <h1>Exports</h1>
      <p class="lead">
        Files to keep, to hand on, or to load into a SIEM. An export is of the log as it is when the export
        begins. That it was made, and each download, are records of the log.
      </p>
      {may('exports') && <NewExport onMade={again} />}
      {answer === undefined && <Loading what="exports" />}
      {answer && !answer.ok && <Failed problem={answer.problem} retry={again} />}
      {answer?.ok && answer.data.exports.length === 0 && <Empty>Nothing was exported yet.</Empty>}
      {answer?.ok && answer.data.exports.length > 0 && (
        <>
          <p class="count">
            Showing {answer.data.exports.length}
            {answer.data.next_cursor === null && cursor === undefined
              ? ` of ${answer.data.exports.length}`
              : ''}{' '}
            exports, newest first
          </p>
          <ul class="cards">
            {answer.data.exports.map((job) => (
              <ExportJobCard key={job.export_id} seen={job} />
            ))}
          </ul>
          {answer.data.next_cursor !== null && (
            <a class="next" href={href('exports', { cursor: answer.data.next_cursor })}>
              Older
            </a>
          )}
        </>
      )}
    </>
  );
}
