import { useState } from 'preact/hooks';
import { navigate } from '../route.ts';
import { fromLocal, toLocal } from '../times.ts';

export interface Field {
  name: string;
  label: string;
  kind: 'text' | 'time' | 'select';
  options?: readonly { value: string; label: string }[];
  hint?: string;
}

/** Filters that stand in the address: whoever gets the address sees the same, and the way back works. */
export function Filters({
  view,
  fields,
  query,
  timeZone,
}: {
  view: string;
  fields: readonly Field[];
  query: Readonly<Record<string, string>>;
  timeZone: string;
}) {
  // A draft belongs to one address. No effect takes it over from the next: it would run after a quick hand has typed.
  const address = JSON.stringify(query);
  const [drafted, setDrafted] = useState({ address, draft: query });
  const draftOf = (known: typeof drafted) => (known.address === address ? known.draft : query);
  const draft = draftOf(drafted);
  const set = (name: string, value: string) =>
    setDrafted((known) => ({ address, draft: { ...draftOf(known), [name]: value } }));
  const submit = (event: Event) => {
    event.preventDefault();
    navigate(view, draft);
  };
  return (
    <search>
      <form class="filters" onSubmit={submit}>
        {fields.map(({ name, label, kind, options, hint }) => (
          <label key={name} class={kind} htmlFor={`filter-${name}`}>
            <span>{label}</span>
            {kind === 'select' ? (
              <select
                id={`filter-${name}`}
                value={draft[name] ?? ''}
                onChange={(event) => set(name, event.currentTarget.value)}
              >
                {options?.map((option) => (
                  <option key={option.value} value={option.value}>
                    {option.label}
                  </option>
                ))}
              </select>
            ) : (
              <Input
                kind={kind}
                name={name}
                hint={hint}
                value={kind === 'time' ? toLocal(draft[name], timeZone) : (draft[name] ?? '')}
                onValue={(value) => set(name, kind === 'time' ? fromLocal(value, timeZone) : value)}
              />
            )}
          </label>
        ))}
        <div class="actions">
          <button type="submit" class="primary">
            Show
          </button>
          <button type="button" onClick={() => navigate(view, {})}>
            Clear
          </button>
        </div>
      </form>
    </search>
  );
}

interface InputProps {
  kind: Field['kind'];
  name: string;
  hint: string | undefined;
  value: string;
  onValue(value: string): void;
}

function Input({ kind, name, hint, value, onValue }: InputProps) {
  const common = {
    id: `filter-${name}`,
    name,
    value,
    autoComplete: 'off',
    onInput: (event: { currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value),
  };
  if (kind === 'time') return <input type="datetime-local" step={1} {...common} />;
  return (
    <input
      type="text"
      spellcheck={false}
      {...(hint === undefined ? {} : { placeholder: hint })}
      {...common}
    />
  );
}
