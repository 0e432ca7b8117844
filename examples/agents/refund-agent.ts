/**
 * An agent that decides on refunds, in LangGraph.js, and its audit trail over SQS.
 *
 *   AUDIT_TRAIL_OUTPUTS=.local/outputs.json AUDIT_TRAIL_TENANT=acme node examples/agents/refund-agent.ts
 *
 * Read refund/runs.ts first, then refund/graph.ts.
 */
import { createAuditTrail } from '../../clients/sdk/audit-trail.ts';
import { sqs } from '../../clients/sdk/sqs.ts';
import { report } from './local-run/report.ts';
import { tenantOfEnvironment } from './local-run/tenant.ts';
import { refundRuns } from './refund/runs.ts';

const tenant = tenantOfEnvironment();

const trail = createAuditTrail({
  agent: {
    id: 'refund-agent',
    version: '1.0.0',
    framework: { name: 'langgraph.js' },
    owner: 'customer care',
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
});

await report('refund-agent', trail, await refundRuns(trail));
