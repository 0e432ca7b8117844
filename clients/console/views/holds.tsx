import { useSigned } from '../context.ts';
import { HoldCard, type LegalHold } from '../parts/hold-card.tsx';
import { NewHold } from '../parts/new-hold.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { TermsPlaces } from '../parts/terms-places.tsx';
import { useAnswer } from '../use-answer.ts';

/** What is kept from being purged and erased, for whose sake, until when. */
export function HoldsView() {
  const { may } = useSigned();
  const { answer, again } = useAnswer<{ legal_holds: LegalHold[] }>('holds', (api, signal) =>
    api.get('/v1/audit/legal-holds', {}, signal),
  );
  const holds = answer?.ok ? answer.data.legal_holds : [];
  const standing = holds.filter(({ state }) => state === 'in_force');
  return (
    <>
      <h1>Legal holds</h1>
      <p class="lead">
        What a hold takes in is neither purged nor erased until it is released, whatever the policy says. It
        takes in what is recorded later, too. Placing and releasing are records of the log.
      </p>
      <TermsPlaces current="holds" />
      {may('retention') && <NewHold onMade={again} />}
      {answer === undefined && <Loading what="legal holds" />}
      {answer && !answer.ok && <Failed problem={answer.problem} retry={again} />}
      {answer?.ok && holds.length === 0 && <Empty>No hold was ever placed.</Empty>}
      {holds.length > 0 && (
        <>
          <p class="count">
            Showing {holds.length} of {holds.length} holds, {standing.length} in force
          </p>
          <ul class="cards">
            {[...standing, ...holds.filter(({ state }) => state !== 'in_force')].map((hold) => (
              <HoldCard key={hold.hold_id} hold={hold} onReleased={again} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}
