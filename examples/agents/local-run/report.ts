import type { AuditTrail } from '../../../clients/sdk/audit-trail.ts';

/** A run that has ended: what happened, and its last event. */
export interface Run {
  what: string;
  lastEvent: string;
}

/**
 * Sends what is left, confirms the last event of each run, and prints a line a run and a line of JSON at the end:
 * `{agent, runs, events, verified}`, the events that were taken and the runs whose last event the log proved to hold.
 * The process ends with 1 unless that is all of them.
 */
export async function report(agent: string, trail: AuditTrail, runs: readonly Run[]): Promise<void> {
  const { taken, rejected, unsent } = await trail.flush();
  let verified = 0;
  for (const { what, lastEvent } of runs) {
    const confirmed = await trail.confirm(lastEvent);
    if (confirmed.ok) verified++;
    const proof = confirmed.ok
      ? `receipt verified, log index ${confirmed.receipt.log_index}`
      : `not verified: ${confirmed.reason}, ${confirmed.detail}`;
    console.log(`${what}; ${proof}`);
  }
  await trail.close();
  console.log(JSON.stringify({ agent, runs: runs.length, events: taken, verified }));
  if (verified < runs.length || rejected > 0 || unsent > 0) process.exitCode = 1;
}
