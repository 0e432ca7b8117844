import { useEffect, useState } from 'preact/hooks';

/** What the address says: the view and its filters. It stands behind the `#`, so it never goes to a server or its logs. */
export interface Route {
  /** Name of a view; empty, or none that there is, where the address is a stranger's. */
  view: string;
  query: Readonly<Record<string, string>>;
}

function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  return { view: path, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** The address of a view; empty filters are left out. */
export function href(view: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, value);
  const text = search.toString();
  return `#/${view}${text === '' ? '' : `?${text}`}`;
}

export function navigate(view: string, query: Readonly<Record<string, string | undefined>>): void {
  location.hash = href(view, query);
}

/** The route as the address changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const onChange = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return route;
}
