import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf, ROUTE_TABLES } from '../../isolation/routes/route-tables.ts';
import { PROJECT } from '../../local/state.ts';
import type { TemplateResource } from './deployment.ts';

/** Where a reader finds what a statement rests on. */
export interface Evidence {
  readonly kind: 'setting' | 'template' | 'route' | 'test' | 'document' | 'report' | 'log';
  readonly where: string;
}

/** `undefined` is evidence that was looked for and is not there. */
export type Looked = Evidence | undefined;

/** A sentence of the package, and what it rests on. */
export interface Statement {
  readonly text: string;
  readonly evidence: readonly Evidence[];
  /** Whether everything that was looked for was there; else the reader is told that it is not evidenced. */
  readonly evidenced: boolean;
}

/** A statement stands on all of `looked`, and on at least one thing. */
export function claim(text: string, ...looked: readonly Looked[]): Statement {
  const evidence = looked.filter((found) => found !== undefined);
  return { text, evidence, evidenced: looked.length > 0 && evidence.length === looked.length };
}

const ROUTES = new Set(Object.values(ROUTE_TABLES).flat().map(nameOf));

/** A route that the functions serve, as `GET /v1/audit/events`. */
export function route(name: string): Looked {
  return ROUTES.has(name) ? { kind: 'route', where: name } : undefined;
}

/** A test of this repository, by its path. */
export function testAt(path: string): Looked {
  return existsSync(join(PROJECT, path)) ? { kind: 'test', where: path } : undefined;
}

/** A document of this repository, by its path. */
export function documentAt(path: string): Looked {
  return existsSync(join(PROJECT, path.split('#')[0] ?? '')) ? { kind: 'document', where: path } : undefined;
}

/** A setting of the tenant's file; undefined where it has none. */
export function setting(name: string, value: unknown): Looked {
  return value === undefined ? undefined : { kind: 'setting', where: `${name} = ${JSON.stringify(value)}` };
}

/** Resources of the synthesised stack: all of a type, or those of it that are meant by `which`, fulfil `holds`, and there is one. */
export function template(
  resources: readonly TemplateResource[],
  type: string,
  property: string,
  holds: (properties: Readonly<Record<string, unknown>>) => boolean,
  which: (resource: TemplateResource) => boolean = () => true,
): Looked {
  const own = resources.filter((resource) => resource.type === type && which(resource));
  if (own.length === 0 || !own.every(({ properties }) => holds(properties))) return undefined;
  return { kind: 'template', where: `${own.map(({ name }) => name).join(', ')}: ${property}` };
}
