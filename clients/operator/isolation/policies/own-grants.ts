import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Findings } from '../findings.ts';
import { overlaps, type PolicyStack, type StackRole } from './stack.ts';
import type { Statement } from './template.ts';

export const REVIEWED_FILE = join(import.meta.dirname, 'reviewed-grants.json');

/** What each role may do, as it was reviewed: `node test/clients/operator/isolation/review-grants.ts` writes it. */
const REVIEWED = z
  .record(z.string(), z.array(z.string()))
  .parse(JSON.parse(readFileSync(REVIEWED_FILE, 'utf8')));

/** Whom a tenant's file names from outside. */
export interface Named {
  readonly senders: readonly string[];
  readonly auditors: readonly string[];
}

/** The one managed policy, of the role that API Gateway asks for to write logs (docs/adr/api-access-logs.md). */
const LOGGING_POLICY = 'arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs';

/** Holds what a tenant's roles may do with what is its own against what was reviewed, and who is let in from outside. */
export function attackOwnGrants(stack: PolicyStack, named: Named, findings: Findings): void {
  for (const role of stack.roles) {
    judge('grants are those that were reviewed', unreviewed(role, stack));
    judge('no action by wildcard', wildcards(role));
    judge('every grant is on what the stack itself has', elsewhere(role, stack));
    judge('no policy that others write', managed(role, stack));
  }
  for (const { name, policy } of stack.resources)
    judge('nobody is let in whom the tenant file does not name', strangers(name, policy));

  function judge(kind: string, problems: readonly string[]): void {
    if (problems.length === 0) findings.refused('policies', kind);
    for (const got of problems)
      findings.breach({
        part: 'policies',
        kind,
        attack: `reading the stack of ${stack.tenant}`,
        expected: kind,
        got,
      });
  }

  function managed({ name, managedPolicies }: StackRole, { resources }: PolicyStack): string[] {
    const others = managedPolicies.filter((arn) => arn !== LOGGING_POLICY);
    if (managedPolicies.includes(LOGGING_POLICY)) {
      const taken = resources.find((resource) => resource.name === name)?.policy ?? [];
      const by = JSON.stringify(taken.map(({ Principal }) => Principal));
      if (by !== '[{"Service":["apigateway.amazonaws.com"]}]')
        others.push(`${LOGGING_POLICY}, which API Gateway alone may have, taken by ${by}`);
      findings.skip(
        'policies',
        `${name}: the role with which API Gateway writes logs`,
        "its policy is AWS's own and covers the account's log groups, as AWS prescribes; API Gateway alone takes the role (docs/adr/api-access-logs.md)",
      );
    }
    return others.map((arn) => `${name} has ${arn}`);
  }

  function strangers(resource: string, statements: readonly Statement[]): string[] {
    const known = new Set([
      `arn:aws:iam::${stack.place.account}:root`,
      ...stack.roles.map(({ arn }) => arn),
      ...named.senders,
      ...named.auditors,
    ]);
    return statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Principal, Condition, Action }) => {
        const who: Partial<Record<string, string[]>> = Principal ?? {};
        const people = (who.AWS ?? []).filter((principal) => !known.has(principal));
        const services = (who.Service ?? []).filter(
          () => !Action.includes('sts:AssumeRole') && !boundToOwn(Condition),
        );
        const others = Object.keys(who).filter((kind) => kind !== 'AWS' && kind !== 'Service');
        return [...people, ...services, ...others].map((principal) => `${resource} lets in ${principal}`);
      });
  }

  /** A service acts for whoever asks it, so it is let in for what this stack has alone. */
  function boundToOwn(conditions: Statement['Condition']): boolean {
    const sources = ['ArnEquals', 'ArnLike'].flatMap(
      (operator) => conditions[operator]?.['aws:SourceArn'] ?? [],
    );
    return sources.length > 0 && sources.every((source) => isOwn(source));
  }

  function isOwn(source: string): boolean {
    const api = source.replace(
      /^arn:aws:execute-api:([^:]+):\d{12}:([^/]+)\/.*$/,
      'arn:aws:apigateway:$1::/restapis/$2',
    );
    return stack.resources.some(({ arn }) => overlaps(api, arn));
  }
}

function wildcards({ name, grants }: StackRole): string[] {
  return grants
    .flatMap(({ Action }) => Action.filter((action) => action.includes('*')))
    .map((action) => `${name} has ${action}`);
}

/**
 * A pattern is an ARN of the stack, or what lies below one; or the account's catalog, which Glue asks for besides whatever
 * lies in it and which opens nothing by itself, for looking alone.
 */
function elsewhere({ name, grants }: StackRole, { resources, place }: PolicyStack): string[] {
  const own = resources.map(({ arn }) => arn);
  const catalog = `arn:aws:glue:${place.region}:${place.account}:catalog`;
  const looks = ({ Action }: Statement) =>
    Action.every((action) => ['glue:GetDatabase', 'glue:GetTable'].includes(action));
  return grants
    .flatMap((grant) => (grant.Resource ?? []).filter((pattern) => pattern !== catalog || !looks(grant)))
    .filter(
      (pattern) =>
        !own.some((arn) => pattern === arn || new RegExp(`^${quoted(arn)}/[^*?]*\\*?$`).test(pattern)),
    )
    .map((pattern) => `${name} has a grant on ${pattern}`);
}

function quoted(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function unreviewed(role: StackRole, stack: PolicyStack): string[] {
  const reviewed = new Set(REVIEWED[role.name]);
  return grantLines(role, stack)
    .filter((line) => !reviewed.has(line))
    .map((line) => `${role.name} has "${line}", which nobody has reviewed (policies/reviewed-grants.json)`);
}

/** What a role may do, a line for each statement and resource: resource, actions, conditions. */
export function grantLines({ grants }: StackRole, { resources, place }: PolicyStack): string[] {
  const lines = grants.flatMap(({ Effect, Action, Resource = [], Condition }) =>
    Resource.map((pattern) => {
      const on = resources.find(({ arn }) => pattern === arn || pattern.startsWith(`${arn}/`));
      const where = on ? on.name + pattern.slice(on.arn.length) : pattern;
      const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => ` if ${operator} ${key} ${values.join(' ')}`),
      );
      const effect = Effect === 'Allow' ? '' : 'not ';
      return `${where}: ${effect}${[...Action].sort().join(' ')}${conditions.join('')}`
        .replaceAll(place.region, '<region>')
        .replaceAll(place.account, '<account>');
    }),
  );
  return [...new Set(lines)].sort();
}
