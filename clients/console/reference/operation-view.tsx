import {
  type Listed,
  limitsOf,
  type Media,
  nameOfRef,
  type OpenApi,
  type Parameter,
  type Response,
} from './document.ts';
import { Prose } from './prose.tsx';
import { Kind, SchemaView, Values } from './schema-view.tsx';

/** One operation: who may ask, with what, and everything that it answers. */
export function OperationView({ listed, document }: { listed: Listed; document: OpenApi }) {
  const { method, path, operation } = listed;
  const { operationId, summary, description, security, parameters = [], requestBody, responses } = operation;
  const scopes = security.flatMap(({ token = [] }) => token);
  return (
    <article id={operationId} class="operation">
      <h3>
        {summary}{' '}
        <a class="anchor" href={`#${operationId}`} aria-label={`Link to: ${summary}`}>
          #
        </a>
      </h3>
      <p class="route">
        <span class={`method ${method.toLowerCase()}`}>{method}</span> <code>{path}</code>
      </p>
      {description !== undefined && (
        <p>
          <Prose text={description} />
        </p>
      )}
      <p class="quiet">
        {security.length === 0 && 'For anybody, without a token.'}
        {scopes.length > 0 && (
          <>
            Asks for the scope{' '}
            {scopes.map((scope, position) => (
              <span key={scope}>
                {position > 0 && ' or '}
                <code>{scope}</code>
              </span>
            ))}
            {security.some(({ claim }) => claim !== undefined) && ', or a claim'}.
          </>
        )}
      </p>
      {parameters.length > 0 && <Parameters parameters={parameters} />}
      {Object.entries(requestBody?.content ?? {}).map(([type, media]) => (
        <section key={type} aria-label={`Body of: ${summary}`}>
          <h4>
            Body <code>{type}</code>
          </h4>
          <MediaView media={media} what={`an example of a body of: ${summary}`} />
        </section>
      ))}
      <section aria-label={`Answers of: ${summary}`}>
        <h4>Answers</h4>
        <ul class="answers">
          {Object.entries(responses).map(([status, response]) => (
            <Answer key={status} status={status} response={resolved(response, document)} />
          ))}
        </ul>
      </section>
    </article>
  );
}

function Parameters({ parameters }: { parameters: readonly Parameter[] }) {
  return (
    <>
      <h4>Parameters</h4>
      <ul class="fields">
        {parameters.map(({ name, in: where, required, description, schema }) => (
          <li key={`${where} ${name}`}>
            <p>
              <code class="name">{name}</code>{' '}
              <span class="quiet">
                in the {where}, <Kind schema={schema} />
                {required ? '' : ', optional'}
                {limitsOf(schema).map((limit) => `, ${limit}`)}
              </span>
            </p>
            {description !== undefined && (
              <p>
                <Prose text={description} />
              </p>
            )}
            <Values schema={schema} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Answer({ status, response }: { status: string; response: Response }) {
  return (
    <li>
      <p>
        <code class={`status s${status.charAt(0)}`}>{status}</code> <Prose text={response.description} />
      </p>
      {Object.entries(response.headers ?? {}).map(([name, { description }]) => (
        <p key={name} class="quiet">
          <code>{name}</code>: <Prose text={description} />
        </p>
      ))}
      {Object.entries(response.content ?? {}).map(([type, media]) => (
        <div key={type}>
          <p class="quiet small">
            <code>{type}</code> {media.schema?.$ref !== undefined && <Kind schema={media.schema} />}
          </p>
          <MediaView media={media} what={`an example of ${status} as ${type}`} />
        </div>
      ))}
    </li>
  );
}

function MediaView({ media: { schema, example, examples = {} }, what }: { media: Media; what: string }) {
  const shown = example === undefined ? Object.values(examples).map(({ value }) => value) : [example];
  return (
    <>
      {schema && schema.$ref === undefined && <SchemaView schema={schema} />}
      {shown.length > 0 && (
        <details>
          <summary>
            Example <span class="hidden">{what}</span>
          </summary>
          {shown.map((value, position) => (
            <pre key={position} tabIndex={0}>
              {typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
            </pre>
          ))}
        </details>
      )}
    </>
  );
}

function resolved(response: Response, { components }: OpenApi): Response {
  if (response.$ref === undefined) return response;
  return components.responses[nameOfRef(response.$ref)] ?? response;
}
