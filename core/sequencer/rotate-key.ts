import { AuditError, isAuditError } from '../errors.ts';
import { SCHEMA_VERSION, SELF_AGENT_ID } from '../event/envelope.ts';
import { mintEventId } from '../event/ids.ts';
import { formatTimestamp } from '../event/time.ts';
import type { Intake } from '../ingest/intake.ts';
import { candidateOf } from '../ingest/record-events.ts';
import { formatVerifierKey } from '../log/note.ts';
import { prepareEvent } from '../record/prepare.ts';
import { append } from './append.ts';

/** What a rotation came to: verifier keys, and the size of the tree that both keys signed. */
export type Rotation =
  | { outcome: 'rotated'; previous: string; verifierKey: string; size: number; checkpoint: string }
  /** The newest key that the writer has signs already. */
  | { outcome: 'current'; verifierKey: string };

/** What of the intake a rotation needs. */
export type RotationTerms = Pick<
  Intake,
  'log' | 'tenantId' | 'pseudonymKey' | 'policyVersion' | 'writerVersion'
>;

/**
 * Hands the log over to the newest key that the writer has. The record that says so stands alone in its batch, as the
 * last leaf of the tree whose checkpoint both keys sign: so the old key vouches for the new one's name, and the new one
 * for having taken over. Doing it twice is harmless.
 */
export async function rotateKey(
  intake: RotationTerms,
  { actor, requestId, deadline }: { actor: string; requestId: string; deadline: number },
): Promise<Rotation> {
  const { log } = intake;
  const head = await log.heads.read();
  if (!head)
    throw new AuditError('integrity', 'the log has no head: it was never opened, or the table was lost');
  const newest = log.signers[log.signers.length - 1] ?? log.signers[0];
  const verifierKey = formatVerifierKey(log.origin, await newest.publicKey());
  const previous = head.verifierKey;
  if (previous === verifierKey) return { outcome: 'current', verifierKey };

  const candidate = candidateOf(rotationRecord(previous, verifierKey, { actor, requestId }, intake));
  const handover = { from: previous, to: verifierKey };
  const terms = { policyVersion: intake.policyVersion, deadline, handover };
  const [verdict] = await append([candidate], terms, log).catch((error: unknown) => {
    if (isAuditError(error, 'conflict')) return []; // somebody else was faster
    throw error;
  });
  if (verdict?.outcome !== 'recorded') return await rotateKey(intake, { actor, requestId, deadline });
  const after = await log.heads.read();
  return {
    outcome: 'rotated',
    previous,
    verifierKey,
    size: verdict.index + 1,
    checkpoint: after?.checkpoint ?? '',
  };
}

function rotationRecord(
  from: string,
  to: string,
  { actor, requestId }: { actor: string; requestId: string },
  { log, tenantId, pseudonymKey, writerVersion }: RotationTerms,
) {
  const now = log.clock.now();
  const event = {
    schema_version: SCHEMA_VERSION,
    event_id: mintEventId(now, log.random),
    event_type: 'KEY_ROTATED',
    occurred_at: formatTimestamp(now),
    agent: { id: SELF_AGENT_ID, version: writerVersion },
    payload: {
      actor: { type: 'operator', id: actor },
      target: { type: 'signing_key' },
      before: { verifier_key: from },
      after: { verifier_key: to },
      request_id: requestId,
    },
  };
  const prepared = prepareEvent(
    { event },
    {
      tenantId,
      source: 'internal',
      emitter: { id: SELF_AGENT_ID },
      personalData: [],
      pseudonymKey,
      dedupeKey: log.keys.dedupe,
      writerVersion,
      now,
      random: log.random,
    },
  );
  if (!prepared.ok)
    throw new AuditError('misconfigured', `the record of a rotation was refused: ${prepared.detail}`);
  return prepared.prepared;
}
