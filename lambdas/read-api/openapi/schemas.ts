import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';

type Json = Record<string, unknown>;

/** JSON Schemas (2020-12, as OpenAPI 3.1 takes them) of zod schemas; those with an id become shared components. */
export class Schemas {
  readonly components: Record<string, Json> = {};

  /** The schema of what goes over the wire, before any transformation. */
  of(schema: z.ZodType): Json {
    const {
      $schema: _,
      $defs = {},
      ...root
    } = z.toJSONSchema(schema, {
      io: 'input',
      override: ({ jsonSchema }) => {
        if (jsonSchema.format === 'starts_with') delete jsonSchema.format; // zod's own word; the pattern says it
      },
    }) as Json & {
      $defs?: Record<string, Json>;
    };
    for (const [id, shared] of Object.entries($defs)) this.#share(id, pointedAtComponents(shared));
    return pointedAtComponents(root);
  }

  #share(id: string, shared: Json): void {
    const standing = this.components[id];
    if (standing !== undefined && JSON.stringify(standing) !== JSON.stringify(shared))
      throw new AuditError('misconfigured', `two schemas are called ${id}`);
    this.components[id] = shared;
  }
}

function pointedAtComponents(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
