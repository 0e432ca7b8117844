/** An agent as a process of its own that records one task and ends as it is told: `<how> <api> <directory>`. */
import { createAuditTrail } from '../../../clients/sdk/audit-trail.ts';
import { https } from '../../../clients/sdk/https.ts';

const [how, apiUrl = '', directory = ''] = process.argv.slice(2);
const trail = createAuditTrail({
  agent: { id: 'ending-agent', version: '1.0.0' },
  transport: https({ apiUrl, token: 't' }),
  directory,
  buffer: { lingerMs: how === 'return' ? 50 : 60_000 },
});
trail.startTask({ goal: 'end', user_id: 'u' }).complete();
if (how === 'exit') process.exit(0);
if (how === 'sigterm') process.kill(process.pid, 'SIGTERM');
