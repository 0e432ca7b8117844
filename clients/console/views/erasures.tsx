import { useSigned } from '../context.ts';
import { type Erasure, ErasureCard } from '../parts/erasure-card.tsx';
import { NewErasure } from '../parts/new-erasure.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { TermsPlaces } from '../parts/terms-places.tsx';
import { useAnswer } from '../use-answer.ts';

/** Requests of people to have their data erased: looked at first, then carried out. */
export function ErasuresView() {
  const { may } = useSigned();
  const { answer, again } = useAnswer<{ erasures: Erasure[] }>('erasures', (api, signal) =>
    api.get('/v1/audit/erasures', {}, signal),
  );
  const erasures = answer?.ok ? [...answer.data.erasures].reverse() : [];
  return (
    <>
      <h1>Erasures</h1>
      <p class="lead">
        Destroys what opens the personal fields of a person. The records stay, still verify, and say that
        these fields were erased, when, by whom and on which request.
      </p>
      <TermsPlaces current="erasures" />
      {may('retention') && <NewErasure onAsked={again} />}
      {answer === undefined && <Loading what="erasures" />}
      {answer && !answer.ok && <Failed problem={answer.problem} retry={again} />}
      {answer?.ok && erasures.length === 0 && (
        <Empty>Nothing was erased, or looked at to be erased, yet.</Empty>
      )}
      {erasures.length > 0 && (
        <>
          <p class="count">
            Showing {erasures.length} of {erasures.length} erasures and previews, newest first
          </p>
          <ul class="cards">
            {erasures.map((erasure) => (
              <ErasureCard key={erasure.erasure_id} seen={erasure} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}
