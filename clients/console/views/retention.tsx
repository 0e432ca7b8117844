import { useState } from 'preact/hooks';
import { english } from '../../../core/narrative/messages/en.ts';
import { formatMoment } from '../../../core/narrative/time.ts';
import { visible } from '../../../core/narrative/visible.ts';
import { useSigned } from '../context.ts';
import { ChangeInWords, ChangePolicy } from '../parts/change-policy.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { TermsPlaces } from '../parts/terms-places.tsx';
import {
  daysText,
  type PolicyChange,
  type PolicyVersion,
  policyInWords,
  type StandingPolicy,
} from '../retention.ts';
import { useAnswer } from '../use-answer.ts';

/** How long records are kept: in words, to be changed, and as it was before. */
export function RetentionView() {
  const { answer, again } = useAnswer<StandingPolicy>('policy', (api, signal) =>
    api.get('/v1/audit/retention-policy', {}, signal),
  );
  const [made, setMade] = useState<PolicyChange>();
  return (
    <>
      <h1>Retention</h1>
      <p class="lead">
        How long records are locked, kept, and when they go. A change is a record of the log.
      </p>
      <TermsPlaces current="retention" />
      {answer === undefined && <Loading what="the policy" />}
      {answer && !answer.ok && <Failed problem={answer.problem} retry={again} />}
      {made && (
        <section class="panel" role="status">
          <h2>Version {made.version} is in force</h2>
          <ChangeInWords changes={made.changes} />
        </section>
      )}
      {answer?.ok && (
        <>
          <section class="panel">
            <h2>The policy, version {answer.data.version}</h2>
            <ul>
              {policyInWords(answer.data.policy).map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
            <p class="quiet small">
              <Changed version={answer.data} /> The operator’s deployment demands a lock of at least{' '}
              {daysText(answer.data.floors.immutability_days)}, and keeping for at least{' '}
              {daysText(answer.data.floors.min_days)}.
            </p>
          </section>
          <ChangePolicy
            key={answer.data.version}
            standing={answer.data}
            onReread={again}
            onMade={(change) => {
              setMade(change);
              again();
            }}
          />
          <History versions={answer.data.history} />
        </>
      )}
    </>
  );
}

function Changed({ version: { changed_at, changed_by, reason } }: { version: PolicyVersion }) {
  const { timeZone } = useSigned();
  if (changed_at === undefined) return <>As it was deployed.</>;
  return (
    <>
      Set {formatMoment(changed_at, { timeZone }, english.locale)} by {changed_by?.type}{' '}
      <code>{changed_by?.id}</code>
      {reason !== undefined && (
        <>
          {': '}
          <bdi>{visible(reason)}</bdi>
        </>
      )}
      .
    </>
  );
}

function History({ versions }: { versions: readonly PolicyVersion[] }) {
  if (versions.length === 0) return null;
  return (
    <section class="panel">
      <h2>Versions that were set</h2>
      <ul>
        {[...versions].reverse().map((version) => (
          <li key={version.version}>
            Version {version.version}: locked {daysText(version.policy.immutability_days)}, kept{' '}
            {daysText(version.policy.min_days)} to {daysText(version.policy.max_days)}, after the contract{' '}
            {daysText(version.policy.after_termination_days)}.{' '}
            <span class="quiet small">
              <Changed version={version} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
