import { kindOf, limitsOf, nameOfRef, type Schema } from './document.ts';
import { Prose } from './prose.tsx';

const DEEPEST = 6; // what lies deeper has a name of its own, or is not worth a reader's time

/** A schema as a list of its fields; what has a name is linked, not repeated. */
export function SchemaView({ schema, depth = 0 }: { schema: Schema; depth?: number }) {
  const fields = fieldsOf(schema);
  const choices = (schema.anyOf ?? schema.oneOf ?? []).filter((choice) => fieldsOf(choice) !== undefined);
  if (depth > DEEPEST) return null;
  if (choices.length > 0) {
    return (
      <>
        {choices.map((choice, position) => (
          <div key={position} class="choice">
            <p class="quiet small">{position === 0 ? 'Either' : 'or'}</p>
            <SchemaView schema={choice} depth={depth + 1} />
          </div>
        ))}
      </>
    );
  }
  if (!fields) return null;
  const required = new Set((schema.items ?? schema).required ?? []);
  return (
    <ul class="fields">
      {Object.entries(fields).map(([name, field]) => (
        <li key={name}>
          <p>
            <code class="name">{name}</code>{' '}
            <span class="quiet">
              <Kind schema={field} />
              {required.has(name) ? '' : ', optional'}
              {limitsOf(field).map((limit) => `, ${limit}`)}
            </span>
          </p>
          {field.description !== undefined && (
            <p>
              <Prose text={field.description} />
            </p>
          )}
          <Values schema={field} />
          <SchemaView schema={field} depth={depth + 1} />
        </li>
      ))}
    </ul>
  );
}

/** The kind of a value; a named schema is a way to its place. */
export function Kind({ schema }: { schema: Schema }) {
  const ref = schema.$ref ?? schema.items?.$ref;
  if (ref === undefined) return <>{kindOf(schema)}</>;
  return (
    <>
      {schema.items && 'list of '}
      <a href={`#schema-${nameOfRef(ref)}`}>{nameOfRef(ref)}</a>
    </>
  );
}

/** What a value may be, where that is a closed set or a form. */
export function Values({ schema }: { schema: Schema }) {
  const values = schema.enum ?? schema.items?.enum;
  return (
    <>
      {values && (
        <p class="values">
          {values.map((value) => (
            <code key={String(value)}>{String(value)}</code>
          ))}
        </p>
      )}
      {schema.pattern !== undefined && (
        <p class="values">
          <code>{schema.pattern}</code>
        </p>
      )}
    </>
  );
}

function fieldsOf(schema: Schema): Record<string, Schema> | undefined {
  return schema.properties ?? schema.items?.properties;
}
