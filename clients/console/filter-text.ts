import { visible } from '../../core/narrative/visible.ts';

const NAMES: Readonly<Record<string, string>> = {
  event_type: 'type',
  agent_id: 'agent',
  user_id: 'on behalf of user',
  task_id: 'task',
  subject: 'about',
  from: 'from',
  to: 'before',
  category: 'of',
};
const CATEGORIES: Readonly<Record<string, string>> = {
  agent: 'what agents did',
  governance: 'what was done to the trail',
  all: 'agents and the trail itself',
};

/** A filter of the API in words; `whole` is what an empty one stands for. */
export function filterText(
  filter: Readonly<Record<string, unknown>>,
  whole: string,
  at: (iso: string) => string,
): string {
  const told = Object.entries(filter).map(([name, value]) => {
    const text = textOf(name, value, at);
    return `${NAMES[name] ?? name} ${visible(text)}`;
  });
  return told.length === 0 ? whole : told.join(', ');
}

function textOf(name: string, value: unknown, at: (iso: string) => string): string {
  if (name === 'from' || name === 'to') return at(String(value));
  if (name === 'category') return CATEGORIES[String(value)] ?? String(value);
  if (name === 'subject') {
    const { type, id } = Object(value) as { type?: unknown; id?: unknown };
    return `${String(type)} ${String(id).slice(0, 28)}…`; // a keyed pseudonym: its beginning tells one from another
  }
  return Array.isArray(value) ? value.join(' or ') : String(value);
}
