import { sha256 } from '#crypto';
import { toDigestText } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { SELF_AGENT_ID } from '../event/envelope.ts';
import { refuse } from '../event/refusal.ts';
import type { IngestTerms } from '../record/prepare.ts';
import { documentOf } from '../retention/purged.ts';
import { append } from '../sequencer/append.ts';
import { MOST_SIGNED_EACH } from '../sequencer/log.ts';
import type { Intake } from './intake.ts';
import { judgeEvent } from './judge-event.ts';
import { type OpenMessage, openMessage, type QueueMessage } from './open-message.ts';
import { type QuarantineEntry, refusedEarlier, refusedEvent, refusedMessage } from './quarantine.ts';
import { candidateOf, type Ready, recordEvents } from './record-events.ts';
import { countCodes, refusalEvent } from './refusal-event.ts';

const ALONE_FROM = 3; // receives: whatever fails again and again must not take others with it
const MAX_APPEND = 2_000; // events of one append: what the table takes within a function's time

const AFTER_THE_END =
  'The contract of this tenant has ended, and with it all senders: what is sent since is not recorded.';

/** A message on its way: what it wants recorded, and what of it was refused. */
interface Judged {
  message: QueueMessage;
  ready: Ready[];
  refused: QuarantineEntry[];
}

/** What a batch came to. */
interface Tally {
  failed: Set<string>;
  recorded: number;
  duplicates: number;
  refused: number;
}

/**
 * Takes messages off the queue and into the log: every good event is recorded once, every other one is in quarantine
 * with its reason. Returns the ids of the messages that are not final by `deadline` (milliseconds since the Unix
 * epoch), to be delivered again; doing any of it twice is harmless. Never throws for what lies outside.
 */
export async function acceptBatch(
  messages: readonly QueueMessage[],
  deadline: number,
  intake: Intake,
): Promise<string[]> {
  const tally: Tally = { failed: new Set(), recorded: 0, duplicates: 0, refused: 0 };
  const remembering = { ...intake, emitterByKid: remember((kid) => intake.emitterByKid(kid)) };
  for (const group of groupsOf(messages)) await acceptGroup(group, deadline, remembering, tally);
  const { failed, ...counts } = tally;
  const final = messages.filter(({ id }) => !failed.has(id)).map(({ sentAt }) => sentAt);
  intake.observe({
    kind: 'batch',
    messages: messages.length,
    ...counts,
    failed: failed.size,
    ...(final.length > 0 && { latency: Math.max(0, intake.log.clock.now() - Math.min(...final)) }),
  });
  const last = messages.filter(({ id, receives }) => failed.has(id) && receives >= intake.maxReceives);
  if (last.length > 0) intake.observe({ kind: 'given up', messages: last.length });
  return [...failed];
}

/** One look-up a key and batch: kept no longer, so that a removed emitter is out at once. */
function remember<T>(lookUp: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const found = known.get(key) ?? lookUp(key);
    known.set(key, found);
    return found;
  };
}

function groupsOf(messages: readonly QueueMessage[]): QueueMessage[][] {
  const together = messages.filter(({ receives }) => receives < ALONE_FROM);
  const alone = messages.filter(({ receives }) => receives >= ALONE_FROM);
  return [...(together.length > 0 ? [together] : []), ...alone.map((message) => [message])];
}

async function acceptGroup(
  group: readonly QueueMessage[],
  deadline: number,
  intake: Intake,
  tally: Tally,
): Promise<void> {
  const judged: Judged[] = [];
  for (const message of group) {
    await attempt([message.id], intake, tally, async () => {
      judged.push(await judgeMessage(message, intake));
    });
  }
  const fresh = await quarantineAll(
    judged.flatMap(({ message, refused }) => refused.map((entry) => ({ message, entry }))),
    intake,
    tally,
  );
  const ready = judged.flatMap((one) => one.ready);
  const most = intake.log.signEach ? MOST_SIGNED_EACH : MAX_APPEND;
  for (let start = 0; start < ready.length; start += most) {
    const chunk = ready.slice(start, start + most);
    await attempt(idsOf(chunk), intake, tally, async () => {
      const outcome = await recordEvents(chunk, deadline, intake);
      tally.recorded += outcome.recorded;
      tally.duplicates += outcome.duplicates;
      const conflicts = outcome.conflicts.map(({ message, open, position, element }) => {
        const refusal = refuse('event_id_conflict');
        return {
          message,
          entry: refusedEvent(message, open, position, element, refusal, intake.log.clock.now()),
        };
      });
      fresh.push(...(await quarantineAll(conflicts, intake, tally)));
    });
  }
  const [first, ...others] = fresh;
  if (first)
    await attempt(idsOf(fresh), intake, tally, () => report([first, ...others], deadline, intake, tally));
}

/** Runs one step; where it throws, its messages are delivered again and nothing is lost. */
async function attempt(
  ids: readonly string[],
  intake: Intake,
  tally: Tally,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    for (const id of ids) tally.failed.add(id);
    intake.observe({ kind: 'failed', messages: ids.length, error });
  }
}

async function judgeMessage(message: QueueMessage, intake: Intake): Promise<Judged> {
  const { log } = intake;
  const now = log.clock.now();
  const open = await openMessage(message, {
    origin: log.origin,
    emitterByKid: (kid) => intake.emitterByKid(kid),
    workloads: intake.workloads,
  });
  if (!open.ok) return { message, ready: [], refused: [refusedMessage(message, open, now)] };
  if (intake.endedAt !== undefined && open.source !== 'internal' && message.sentAt >= intake.endedAt) {
    const { source, emitter } = open;
    const refusal = refuse('emitter_removed', AFTER_THE_END);
    return {
      message,
      ready: [],
      refused: [refusedMessage(message, { ok: false, refusal, source, emitterId: emitter.id }, now)],
    };
  }
  const judged: Judged = {
    message,
    ready: [],
    refused: open.refused.map((one, position) => refusedEarlier(message, open, position, one, now)),
  };
  const terms = termsOf(open, now, intake);
  for (const [position, element] of open.events.entries()) {
    const judgement = judgeEvent(element, terms, open.agentId);
    const own = judgement.ok && (isOwn(judgement.prepared) || !(await isVouched(judgement.prepared, intake)));
    const result = own ? refuse('event_type_reserved') : judgement;
    if (result.ok) judged.ready.push({ message, open, position, element, prepared: result.prepared });
    else judged.refused.push(refusedEvent(message, open, position, element, result, now));
  }
  return judged;
}

/** Whether only the writer itself may say this: a message that names a key would hand the log over to it. */
function isOwn({ event }: Ready['prepared']): boolean {
  return event.event_type === 'KEY_ROTATED';
}

/**
 * Whether the archive holds the document that a record of a purge names. One role alone writes below `purge/`, so no other function
 * can make readers and verifiers believe in a purge, whatever it sends.
 */
async function isVouched({ event }: Ready['prepared'], { log }: Intake): Promise<boolean> {
  if (event.event_type !== 'RECORDS_PURGED') return true;
  const told = documentOf(event);
  const bytes = told && (await log.archive.read(told.document));
  return bytes !== undefined && toDigestText(sha256(bytes)) === told?.document_sha256;
}

function termsOf(
  { source, emitter }: Pick<OpenMessage, 'source' | 'emitter'>,
  now: number,
  intake: Intake,
): IngestTerms {
  const { log, tenantId, personalData, redact, pseudonymKey, writerVersion } = intake;
  return {
    tenantId,
    source,
    emitter,
    personalData,
    redact,
    pseudonymKey,
    dedupeKey: log.keys.dedupe,
    writerVersion,
    now,
    random: log.random,
  };
}

interface Refused {
  message: QueueMessage;
  entry: QuarantineEntry;
}

const QUARANTINE_AT_ONCE = 16;

/** Puts the refused into quarantine; returns those that no event in the log tells of yet. */
async function quarantineAll(refused: readonly Refused[], intake: Intake, tally: Tally): Promise<Refused[]> {
  const fresh: Refused[] = [];
  for (let start = 0; start < refused.length; start += QUARANTINE_AT_ONCE) {
    const some = refused.slice(start, start + QUARANTINE_AT_ONCE).map((one) =>
      attempt([one.message.id], intake, tally, async () => {
        if (await intake.quarantine.add(one.entry)) fresh.push(one);
      }),
    );
    await Promise.all(some);
  }
  return fresh;
}

/** Says in the log what was refused, and then that it was said. A crash in between says it again, with the same id. */
async function report(
  refused: readonly [Refused, ...Refused[]],
  deadline: number,
  intake: Intake,
  tally: Tally,
): Promise<void> {
  const [first, ...others] = refused;
  const entries = [first.entry, ...others.map(({ entry }) => entry)] as const;
  const event = refusalEvent([...entries], intake.writerVersion);
  const sender = { source: 'internal' as const, emitter: { id: SELF_AGENT_ID } };
  const judged = judgeEvent(event, termsOf(sender, intake.log.clock.now(), intake));
  if (!judged.ok)
    throw new AuditError('misconfigured', `the report of refusals was refused: ${judged.detail}`);
  const terms = { policyVersion: intake.policyVersion, deadline };
  await append([candidateOf(judged.prepared)], terms, intake.log);
  await intake.quarantine.markReported(entries);
  tally.refused += entries.length;
  intake.observe({ kind: 'refused', count: entries.length, reasons: countCodes(entries) });
}

function idsOf(parts: readonly { message: QueueMessage }[]): string[] {
  return [...new Set(parts.map(({ message }) => message.id))];
}
