import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { type OpenApi, operationsByTag, type Schema } from './document.ts';
import { OperationView } from './operation-view.tsx';
import { Prose } from './prose.tsx';
import { SchemaView } from './schema-view.tsx';

/** The reference of the API, drawn from the document that the same API serves; no token is asked for. */
export function Reference({ base }: { base: string }) {
  const [document, setDocument] = useState<OpenApi>();
  const [failed, setFailed] = useState(false);
  const [words, setWords] = useState('');
  useEffect(() => {
    fetch(`${base}/v1/openapi.json`, { credentials: 'omit', referrerPolicy: 'no-referrer' })
      .then((response) =>
        response.ok ? response.json() : Promise.reject(new Error(String(response.status))),
      )
      .then((data: OpenApi) => setDocument(data))
      .catch(() => setFailed(true));
  }, [base]);
  const named = useFragment();
  useEffect(() => {
    // What the address names is there only now.
    if (document && named !== '') globalThis.document.getElementById(named)?.scrollIntoView();
  }, [document, named]);
  if (failed) {
    return (
      <main>
        <p class="state failed" role="alert">
          The document of the API can't be read. Check the connection, then load the page again.
        </p>
      </main>
    );
  }
  if (!document) return <main class="state">Loading the reference …</main>;
  const groups = operationsByTag(document, words);
  return (
    <>
      <header class="bar">
        <p class="brand">
          <Icon name="shield" /> Audit trail: the API
        </p>
        <p class="reader">
          <a href="./">Console</a> <a href="../v1/openapi.json">OpenAPI 3.1</a>
        </p>
      </header>
      <div class="reference">
        <nav aria-label="Operations">
          <label>
            <span class="hidden">Find an operation</span>
            <input
              type="search"
              placeholder="Find an operation"
              value={words}
              onInput={(event) => setWords(event.currentTarget.value)}
            />
          </label>
          {groups.map(({ tag, operations }) => (
            <div key={tag}>
              <h2>{tag}</h2>
              <ul>
                {operations.map(({ operation }) => (
                  <li key={operation.operationId}>
                    <a href={`#${operation.operationId}`}>{operation.summary}</a>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </nav>
        <main>
          <h1>API reference</h1>
          <p>
            <Prose text={document.info.description} />
          </p>
          <p class="quiet">
            Base address: <code>{base}</code>, version {document.info.version}
          </p>
          {groups.length === 0 && <p class="state">No operation has these words.</p>}
          {groups.map(({ tag, operations }) => (
            <section key={tag} aria-label={tag}>
              <h2>{tag}</h2>
              {operations.map((listed) => (
                <OperationView key={listed.operation.operationId} listed={listed} document={document} />
              ))}
            </section>
          ))}
          <section aria-label="Schemas">
            <h2>Schemas</h2>
            {Object.entries(document.components.schemas).map(([name, schema]) => (
              <NamedSchema key={name} name={name} schema={schema} open={named === `schema-${name}`} />
            ))}
          </section>
        </main>
      </div>
    </>
  );
}

/** A schema that others name; what it holds is there once somebody opens it, or follows a link to it. */
function NamedSchema({ name, schema, open }: { name: string; schema: Schema; open: boolean }) {
  const [shown, setShown] = useState(open);
  useEffect(() => {
    if (open) setShown(true);
  }, [open]);
  return (
    <details
      id={`schema-${name}`}
      class="operation"
      open={shown}
      onToggle={(event) => setShown(event.currentTarget.open)}
    >
      <summary>
        <h3>{name}</h3>
      </summary>
      {shown && schema.description !== undefined && (
        <p>
          <Prose text={schema.description} />
        </p>
      )}
      {shown && <SchemaView schema={schema} />}
    </details>
  );
}

/** What stands behind the `#` of the address, as it changes. */
function useFragment(): string {
  const [fragment, setFragment] = useState(() => location.hash.slice(1));
  useEffect(() => {
    const onChange = () => setFragment(location.hash.slice(1));
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return fragment;
}
