import { z } from 'zod';
import { SCHEMA_VERSION } from './envelope.ts';
import { sentEventSchema } from './event.ts';

/**
 * The published JSON Schema (2020-12) of an event as sent. What it can't say (the year of a time, the size of an event,
 * a user's id for initiators of type user) `parseEvent` checks all the same.
 */
export function eventJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(sentEventSchema, { target: 'draft-2020-12', io: 'input' });
  return {
    $schema,
    $id: `urn:agent-audit-trail:schema:event:${SCHEMA_VERSION}`,
    title: `Audit event ${SCHEMA_VERSION}`,
    ...schema,
  };
}
