/**
 * An agent that keeps customer records, in LangGraph.js, and its audit trail over SQS. It tells the two weeks from
 * March 1 to 15, 2026, afterwards: the events say when things happened, the log when it heard of them.
 *
 *   AUDIT_TRAIL_OUTPUTS=.local/outputs.json AUDIT_TRAIL_TENANT=acme node examples/agents/customer-record-agent.ts
 *
 * Read customer-record/runs.ts first, then customer-record/requests.ts for who wanted what and when.
 */
import { createAuditTrail } from '../../clients/sdk/audit-trail.ts';
import { sqs } from '../../clients/sdk/sqs.ts';
import { customerRecordRuns } from './customer-record/runs.ts';
import { WorkClock } from './customer-record/work-clock.ts';
import { report } from './local-run/report.ts';
import { tenantOfEnvironment } from './local-run/tenant.ts';

const tenant = tenantOfEnvironment();
const clock = new WorkClock();

const trail = createAuditTrail({
  agent: {
    id: 'customer-record-agent',
    version: '3.2.0',
    framework: { name: 'langgraph.js' },
    model: { provider: 'example', name: 'scripted-model', version: '2026-02' },
    owner: 'customer data office',
  },
  transport: sqs({
    queueUrl: tenant.queue_url,
    emitterKey: tenant.emitter_key_file,
    logOrigin: tenant.log_origin,
    apiUrl: tenant.api_url,
    region: tenant.region,
    endpoint: tenant.endpoint,
  }),
  verifierKey: tenant.verifier_key,
  directory: tenant.directory,
  happensAt: () => clock.now(),
});

await report('customer-record-agent', trail, await customerRecordRuns(trail, clock));
