/**
 * An agent that plans trips and hands a part of the work to a sub-agent, in LangGraph.js, and its audit trail over HTTPS.
 *
 *   AUDIT_TRAIL_OUTPUTS=.local/outputs.json AUDIT_TRAIL_TENANT=acme node examples/agents/travel-agent.ts
 *
 * Read travel/runs.ts first.
 */
import { createAuditTrail } from '../../clients/sdk/audit-trail.ts';
import { https } from '../../clients/sdk/https.ts';
import { report } from './local-run/report.ts';
import { tenantOfEnvironment } from './local-run/tenant.ts';
import { travelRuns } from './travel/runs.ts';

const tenant = tenantOfEnvironment();

const trail = createAuditTrail({
  agent: {
    id: 'travel-agent',
    version: '1.0.0',
    framework: { name: 'langgraph.js' },
    owner: 'office services',
  },
  transport: https({ apiUrl: tenant.api_url, token: tenant.tokens.writer }),
  verifierKey: tenant.verifier_key,
  directory: tenant.directory,
});

await report('travel-agent', trail, await travelRuns(trail));
