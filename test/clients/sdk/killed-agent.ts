/** An agent that records 10,000 events and notes each, or only starts again: `<record|resume> <api> <directory> <notes>`. */
import { openSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { createAuditTrail } from '../../../clients/sdk/audit-trail.ts';
import { https } from '../../../clients/sdk/https.ts';

const [what, apiUrl = '', directory = '', notes = ''] = process.argv.slice(2);
const trail = createAuditTrail({
  agent: { id: 'killed-agent', version: '1.0.0' },
  transport: https({ apiUrl, token: 't' }),
  directory,
  buffer: { lingerMs: 5 },
});
if (what === 'record') {
  const file = openSync(notes, 'a');
  const task = trail.startTask({ goal: 'count', user_id: 'u' });
  writeSync(file, `${task.eventId}\n`);
  for (let count = 1; count < 10_000; count++) {
    writeSync(file, `${task.message({ role: 'agent', content: count })}\n`);
    if (count % 50 === 0) await setImmediate();
  }
}
await trail.close();
