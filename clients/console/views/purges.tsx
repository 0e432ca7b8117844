import { useSigned } from '../context.ts';
import { EventLines } from '../parts/event-lines.tsx';
import { TermsPlaces } from '../parts/terms-places.tsx';

/** What was purged: the certificates stand in the log, and are verified like every record. */
export function PurgesView() {
  const { may } = useSigned();
  return (
    <>
      <h1>Purges</h1>
      <p class="lead">
        What went when its time was over. Each purge is ordered and certified by a record; the certificate
        itself lies in the archive, under the name that its record gives.
      </p>
      <TermsPlaces current="purges" />
      {may('events:read') ? (
        <EventLines
          path="/v1/audit/events"
          query={{ event_type: 'RECORDS_PURGED', category: 'governance' }}
          what="purge record"
          empty="Nothing was purged yet."
        />
      ) : (
        <p class="quiet">What was purged, a token with the scope events:read sees.</p>
      )}
    </>
  );
}
