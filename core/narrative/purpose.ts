/** What a tool is called for, and how we know. */
export interface Purpose {
  text: string;
  from: 'stated' | 'decision' | 'name';
}

const VERBS = new Set(
  (
    'accept add allocate analyse analyze append apply approve archive ask assign authorise authorize block book buy ' +
    'calculate call cancel change charge check classify clear close collect compare compute confirm convert copy ' +
    'count create debit decline delete deliver deny deploy describe detect disable download draft edit email enable ' +
    'escalate estimate evaluate execute export extract fetch file fill filter find forward generate get grant import ' +
    'insert inspect invoke invite issue list load lock log mail make match measure merge modify move notify open order ' +
    'parse pause pay place plan poll post predict print process publish query rank read receive record refund ' +
    'register reject release remove rename render reply report request reserve reset resolve retrieve return review ' +
    'revoke run save scan schedule score search select send set share ship sign start stop store submit summarise ' +
    'summarize suspend sync tag test transfer translate trigger unlock update upload upsert validate verify view ' +
    'watch withdraw write look'
  ).split(' '),
);

/** A purpose as it continues "Agent called orders.get to …": without its own "to", full stop and capital. */
export function afterTo(purpose: string): string {
  const text = purpose
    .trim()
    .replace(/^(?:in order )?to\s+/i, '')
    .replace(/\.$/, '');
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/**
 * What the name of a tool says that it does: `orders.get` → `get orders`, `look_up_order` → `look up order`; undefined
 * where no verb stands at its beginning or its end.
 */
export function purposeOfName(name: string): string | undefined {
  if (name.length > 80) return undefined;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const [first = ''] = words;
  if (words.length > 1 && VERBS.has(first)) return words.join(' ');
  // `github__create_issue`: names of servers come first.
  const verb = words.findIndex((word) => VERBS.has(word));
  if (verb > 0 && verb < words.length - 1) return words.slice(verb).join(' ');
  // `orders.get`, `crm.customer_update`: the thing first, then what is done to it.
  return verb > 0 ? [words[verb], ...words.slice(0, verb)].join(' ') : undefined;
}
