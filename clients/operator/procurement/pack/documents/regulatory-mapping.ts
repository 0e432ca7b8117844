import type { RetentionPolicy } from '../../../../../core/retention/policy.ts';
import { daysOf } from '../days.ts';
import type { PackDocument } from '../document.ts';
import { claim, documentAt, type Looked, route, type Statement, setting, testAt } from '../evidence.ts';
import type { Facts } from '../facts.ts';

/** The longest half-year, and six years. */
const HALF_YEAR_DAYS = 184;
const SIX_YEARS_DAYS = 2_192;

/** The day of which the state of law is given. */
const STATE_OF_LAW = '2026-11-24';

interface Row {
  readonly clause: string;
  readonly asks: string;
  readonly support: Statement;
  /** What stays the customer's own duty. */
  readonly remains: string;
}

/** Which clauses the trail supports, and how; it says "supports" and never that anybody complies. */
export function regulatoryMapping(facts: Facts): PackDocument {
  const rows = [...europe(facts), ...attestations(facts), ...unitedStates(facts)];
  return {
    name: 'regulatory-mapping',
    title: 'Regulatory mapping',
    sections: [
      {
        heading: 'How to read it',
        intro: [
          `State of law: ${STATE_OF_LAW}. The trail supports duties and is evidence for them; whether a duty binds you, and whether you ` +
            'meet it, is for you and your counsel. Article 12 of the AI Act asks for the recording of events, not for ' +
            'tamper evidence: that is more than it asks.',
          'The duties for high-risk systems apply from 2 December 2027 (Annex III) and 2 August 2028 (Annex I), by Regulation (EU) 2026/1744. ' +
            'prEN 18229-1 and ISO/IEC 24970 are drafts: nothing here presumes conformity with them.',
        ],
        table: {
          head: ['clause', 'asks', 'how the trail supports it, and the evidence', 'what remains yours'],
          rows: rows.map(({ clause, asks, support, remains }) => [clause, asks, support, remains]),
        },
      },
      {
        heading: 'Sources',
        intro: [
          'Regulation (EU) 2024/1689 (AI Act), as amended by Regulation (EU) 2026/1744; Regulation (EU) 2016/679 (GDPR); AICPA Trust Services ' +
            'Criteria (2017, points of focus 2022); ISO/IEC 42001:2023; 17 CFR 240.17a-4(f) as in force since 2023; 45 CFR 164.312 and 164.316; ' +
            'NIST AI 100-1 (AI RMF 1.0); CSA Cloud Controls Matrix v4.',
        ],
      },
    ],
  };
}

/** Where a term of the retention policy stands: in the policy that is in force, or in the tenant's file. */
function settingOf({ deployment, live }: Facts): (name: keyof RetentionPolicy) => Looked {
  return (name) =>
    live
      ? { kind: 'route', where: `GET /v1/audit/retention-policy: ${name} = ${live.retention.policy[name]}` }
      : setting(`retention.${name}`, deployment.tenant.retention[name]);
}

function europe(facts: Facts): Row[] {
  const { deployment, live } = facts;
  const { tenant } = deployment;
  const policy = live?.retention.policy ?? tenant.retention;
  const { min_days } = policy;
  const from = settingOf(facts);
  const kept = from('min_days');
  const halfYear =
    min_days >= HALF_YEAR_DAYS
      ? `Records are kept for at least ${min_days} days, which covers six months (up to ${HALF_YEAR_DAYS} days).`
      : `Records are kept for at least ${min_days} days, which does not cover six months (up to ${HALF_YEAR_DAYS} days): raise min_days.`;
  return [
    {
      clause: 'EU AI Act Art. 12(1), (2)',
      asks: 'High-risk systems allow events to be recorded automatically over their lifetime: those relevant to risk and substantial modification, to monitoring after the market, and to monitoring of operation',
      support: claim(
        'Agents report by SDK or OpenTelemetry as they act; changes of model, prompt, tools and policy are events; a verdict tells what is missing.',
        documentAt('docs/formats/event.md'),
        testAt('test/core/narrative/completeness.test.ts'),
        testAt('test/local/replay.test.ts'),
      ),
      remains:
        'To decide which events are relevant to your system’s risks, and to have the agents report them',
    },
    {
      clause: 'EU AI Act Art. 12(3)',
      asks: 'Only for remote biometric identification: period of use, reference database, matched input, verifying person',
      support: claim('A profile of events for biometric identification.', undefined),
      remains: 'All of it, where your system is one',
    },
    {
      clause: 'EU AI Act Art. 13(3)(f)',
      asks: 'The instructions for use describe how deployers collect, store and interpret the logs',
      support: claim(
        'A guide to the log, a timeline in plain language and exports, for the instructions to refer to.',
        documentAt('docs/api.md'),
        route('GET /v1/audit/tasks/{task_id}/timeline'),
        route('POST /v1/audit/exports'),
      ),
      remains: 'The instructions for use',
    },
    {
      clause: 'EU AI Act Art. 14',
      asks: 'Effective oversight by people',
      support: claim(
        'Escalations and decisions of people are recorded as pairs, with who, when and why; an approver whose identity was not verified is told as reported by the agent.',
        testAt('test/core/narrative/golden.test.ts'),
        documentAt('docs/formats/event.md'),
      ),
      remains: 'The oversight itself: who may stop an agent, and how they are trained',
    },
    {
      clause: 'EU AI Act Art. 19(1)',
      asks: 'The provider keeps the logs under its control for a fitting period, at least six months',
      support: claim(halfYear, kept),
      remains: 'Which period is fitting; the logs that are not in this trail',
    },
    {
      clause: 'EU AI Act Art. 26(6)',
      asks: 'The same for the deployer',
      support: claim(
        `${halfYear} The deployer sets it and can export.`,
        kept,
        route('PUT /v1/audit/retention-policy'),
        route('POST /v1/audit/exports'),
      ),
      remains: 'The same, as deployer',
    },
    {
      clause: 'GDPR Art. 5(1)(e)',
      asks: 'Personal data is kept no longer than necessary',
      support: claim(
        `Records are purged after ${daysOf(policy.max_days)}.`,
        from('max_days'),
        testAt('test/core/retention/purge.test.ts'),
      ),
      remains: 'Which time is necessary',
    },
    {
      clause: 'GDPR Art. 17',
      asks: 'Erasure at the request of the person',
      support: claim(
        'Personal fields are erased by subject; records stay as commitments and verify.',
        route('POST /v1/audit/erasures'),
        testAt('test/core/event/personal-data.test.ts'),
      ),
      remains: 'To decide on requests, and which exceptions of Art. 17(3) hold',
    },
    {
      clause: 'GDPR Art. 25, 32',
      asks: 'Protection by design; security of processing',
      support: claim(
        'Personal fields are committed before they are stored; tenants are kept apart by IAM; stores are encrypted.',
        testAt('test/core/event/personal-data.test.ts'),
        testAt('test/clients/operator/isolation/policies.test.ts'),
        testAt('test/lib/stacks/tenant-stack.test.ts'),
      ),
      remains: 'The assessment of risk; which fields are personal (personal_data)',
    },
  ];
}

function attestations(_: Facts): Row[] {
  return [
    {
      clause: 'SOC 2 CC7.2',
      asks: 'Monitor components for anomalies, and analyse whether they are security events',
      support: claim(
        'Alarms on events that wait, on integrity, and on refused senders and callers, each with a runbook. A log archive alone does not meet it.',
        testAt('test/lib/stacks/runbook.test.ts'),
        documentAt('docs/runbook.md'),
      ),
      remains:
        'To watch the alarms, to judge what they mean, and to keep a record of that; the attestation is of your organisation',
    },
    {
      clause: 'ISO/IEC 42001 8.1',
      asks: 'Evidence that processes were carried out as planned',
      support: claim(
        'The trail is such evidence for what agents did: tasks, decisions, policies applied.',
        testAt('test/core/narrative/golden.test.ts'),
      ),
      remains: 'The plan, its criteria, and the management system',
    },
    {
      clause: 'ISO/IEC 42001 A.6.2.8',
      asks: 'Decide in which phases event logs are kept, at least while the system is in use',
      support: claim(
        'Logging in use, for which the retention policy says how long.',
        route('GET /v1/audit/retention-policy'),
        documentAt('docs/retention.md'),
      ),
      remains: 'That decision',
    },
    {
      clause: 'CSA CCM v4 LOG-01 to LOG-13',
      asks: 'Logging and monitoring of cloud services',
      support: claim(
        'A row for each in the document on LOG questions.',
        testAt('test/clients/operator/procurement/answers.test.ts'),
      ),
      remains: 'What that document leaves to the operator and to the cloud provider (LOG-12)',
    },
  ];
}

function unitedStates(facts: Facts): Row[] {
  const { deployment, live } = facts;
  const from = settingOf(facts);
  const { tenant } = deployment;
  const policy = live?.retention.policy ?? tenant.retention;
  return [
    {
      clause: 'SEC 17a-4(f)(2)',
      asks: 'For broker-dealers: write-once storage, or since 2023 a complete time-stamped audit trail that lets records be re-created',
      support: claim(
        `The archive is write-once for ${daysOf(policy.immutability_days)} (S3 Object Lock, ${tenant.lock_mode}).`,
        from('immutability_days'),
        setting('lock_mode', tenant.lock_mode),
        testAt('test/local/archive.test.ts'),
      ),
      remains:
        'Which records are required, the undertakings to the Commission, and a lock as long as the rule asks',
    },
    {
      clause: 'HIPAA 164.312(b)',
      asks: 'Mechanisms that record and examine activity in systems with electronic health information',
      support: claim(
        'Access to data is a type of event, and can be searched by agent, user and time.',
        route('GET /v1/audit/events'),
        documentAt('docs/formats/event.md'),
      ),
      remains: 'Examination, and a business associate agreement',
    },
    {
      clause: 'HIPAA 164.316(b)(2)',
      asks: 'Required documentation is kept for six years; audit logs are not named',
      support: claim(
        policy.min_days >= SIX_YEARS_DAYS
          ? `Records are kept for at least ${policy.min_days} days, which covers six years.`
          : `Records are kept for at least ${policy.min_days} days, which does not cover six years (up to ${SIX_YEARS_DAYS}).`,
        from('min_days'),
      ),
      remains: 'Whether your logs are such documentation',
    },
    {
      clause: 'NIST AI RMF MEASURE 2.8',
      asks: 'Risks of transparency and accountability are examined and documented',
      support: claim(
        'A timeline tells who acted on whose behalf, why, and what is missing.',
        route('GET /v1/audit/tasks/{task_id}/timeline'),
        testAt('test/core/narrative/golden.test.ts'),
      ),
      remains: 'The examination',
    },
    {
      clause: 'NIST AI RMF MANAGE 4.1',
      asks: 'Plans for monitoring after deployment are carried out',
      support: claim(
        'Events can be polled and searched, and are pushed to the receivers that the tenant sets up; alarms ring.',
        route('GET /v1/audit/events'),
        route('POST /v1/audit/webhooks'),
        testAt('test/local/poller.test.ts'),
        testAt('test/lib/stacks/runbook.test.ts'),
      ),
      remains: 'The plans',
    },
  ];
}
