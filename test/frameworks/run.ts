import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { readOutputs } from '../../clients/operator/local/outputs.ts';
import { statePaths } from '../../clients/operator/local/state.ts';
import { disclosuresSchema } from '../../core/event/commitment.ts';
import { discloseRecord } from '../../core/record/disclosed.ts';
import type { AuditRecord } from '../../core/record/record.ts';
import { runStep } from '../steps.ts';
import { sequenceOf } from '../support/event-sequence.ts';
import { FRAMEWORKS, type Framework, filesOf, install, runAgent } from './framework.ts';
import { record } from './record.ts';

/**
 * `npm run test:frameworks`: the agents of `examples/python`, each with its framework as published, against the local
 * cloud, and what arrived in the log against what is known to arrive. `-- --record` renews the fixtures of the unit
 * tests instead. A local cloud of its own is started unless `AUDIT_TRAIL_STATE` names one that runs.
 */
const OWN_STATE = '.local/frameworks-cloud';
const DEADLINE_MS = 120_000;
const TENANT = 'acme';

const pageSchema = z.object({
  events: z.array(z.object({ record: z.custom<AuditRecord>(), disclosures: disclosuresSchema.default([]) })),
});

/** What the log holds of the agent since `from`, in its order, once it holds `count` events. */
async function logged(api: string, token: string, agent: string, from: string, count: number) {
  const query = new URLSearchParams({ agent_id: agent, from, order: 'log', limit: '1000' });
  const until = Date.now() + DEADLINE_MS;
  for (;;) {
    const answer = await fetch(`${api}/v1/audit/events?${query}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(30_000),
    });
    if (answer.status !== 200) throw new Error(`the API answered ${answer.status}: ${await answer.text()}`);
    const { events } = pageSchema.parse(await answer.json());
    if (events.length >= count || Date.now() > until) return events;
    await delay(500);
  }
}

/** The lines that differ, or none. */
async function check(name: Framework, state: string): Promise<string[]> {
  const tenant = readOutputs(statePaths(state).outputs)?.tenants[TENANT];
  if (!tenant) throw new Error(`no local cloud in ${state}`);
  const python = await install(name);
  const from = new Date().toISOString();
  const endpoint = `${tenant.api_url}/v1/otlp`;
  const thread = `refund-${Date.now()}`;
  await runAgent(name, python, { endpoint, token: tenant.tokens.writer, thread });
  const golden = z.array(z.string()).parse(JSON.parse(readFileSync(filesOf(name).golden, 'utf8')));
  const { admin } = tenant.tokens;
  const entries = await logged(tenant.api_url, admin, `${name}-refunds`, from, golden.length);
  const got = sequenceOf(
    entries.map(({ record: it, disclosures }) => discloseRecord(it, disclosures).event),
  ).map((line) => line.replaceAll(thread, 'refund-4711'));
  // Calls that run at the same time end in no fixed order, so each line is looked for wherever it stands.
  const missing = without(golden, got).map((line) => `  missing: ${line}`);
  const unexpected = without(got, golden).map((line) => `  unexpected: ${line}`);
  const others = entries.filter(({ record: { ingest } }) => ingest.source !== 'otlp');
  return [...missing, ...unexpected, ...others.map(() => '  a record that did not come by OTLP')];
}

/** The lines of `lines` that are not in `taken`, each of which counts once. */
function without(lines: readonly string[], taken: readonly string[]): string[] {
  const left = [...taken];
  return lines.filter((line) => {
    const position = left.indexOf(line);
    if (position >= 0) left.splice(position, 1);
    return position < 0;
  });
}

if (process.argv.includes('--record')) {
  for (const name of FRAMEWORKS) {
    await record(name);
    console.log(`recorded ${name}`);
  }
} else {
  const given = process.env.AUDIT_TRAIL_STATE;
  const state = given ?? OWN_STATE;
  const cloud = (...command: string[]) =>
    runStep({
      name: `local cloud ${command[0]}`,
      args: ['clients/operator/local/cli.ts', ...command, '--state', state],
      live: true,
    });
  if (!given && !(await cloud('up', '--no-demo')).ok) process.exitCode = 1;
  else {
    for (const name of FRAMEWORKS) {
      const differing = await check(name, state);
      console.log(`${differing.length === 0 ? 'ok    ' : 'FAILED'} ${name}`);
      for (const line of differing) console.log(line);
      if (differing.length > 0) process.exitCode = 1;
    }
  }
  if (!given) await cloud('down');
}
