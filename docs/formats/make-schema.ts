import { writeFileSync } from 'node:fs';
import { SCHEMA_VERSION } from '../../core/event/envelope.ts';
import { eventJsonSchema } from '../../core/event/json-schema.ts';

// Writes the published schema anew; a test compares it with the code, so a change of format shows in review.
const file = new URL(`./schema/event-${SCHEMA_VERSION}.json`, import.meta.url);
writeFileSync(file, `${JSON.stringify(eventJsonSchema(), null, 2)}\n`);
