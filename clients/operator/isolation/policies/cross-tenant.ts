import type { Findings } from '../findings.ts';
import { actionsOn } from './actions.ts';
import { matchesPattern } from './conditions.ts';
import { overlaps, type PolicyStack, type StackResource, type StackRole } from './stack.ts';
import type { Statement } from './template.ts';

const KIND_IDENTITY = "role of one tenant, resource of another: the role's own policies";
const KIND_RESOURCE = "role of one tenant, resource of another: the resource's own policy";

/**
 * Holds every role of every tenant against every resource of every other. Conditions are taken to hold and no Deny is
 * counted, so what is found closed here is closed whatever a request looks like, and stays closed without any Deny. One
 * half of a door is a breach already: between accounts AWS asks both sides, and here neither may allow.
 */
export function attackPolicies(stacks: readonly PolicyStack[], findings: Findings): void {
  const granted = new Set(
    stacks.flatMap(({ roles }) => roles.flatMap(({ grants }) => grants.flatMap(({ Action }) => Action))),
  );
  for (const own of stacks) {
    for (const role of own.roles) findings.attacked('policies', `as ${role.name} of ${own.tenant}`);
    for (const other of stacks.filter((stack) => stack !== own)) {
      for (const role of own.roles)
        for (const resource of other.resources)
          holdAgainst({ own, role, other, resource, granted, findings });
    }
  }
}

function holdAgainst(of: {
  own: PolicyStack;
  role: StackRole;
  other: PolicyStack;
  resource: StackResource;
  granted: ReadonlySet<string>;
  findings: Findings;
}): void {
  const { own, role, other, resource, granted, findings } = of;
  const actions = actionsOn(resource.type, granted);
  const reaching = role.grants.filter((grant) => reaches(grant, resource));
  const admitting = resource.policy.filter((statement) => admits(statement, role, own, other));
  const questions = [
    { kind: KIND_IDENTITY, statements: reaching },
    { kind: KIND_RESOURCE, statements: admitting },
  ];
  for (const { kind, statements } of questions) {
    const open = actions.flatMap((action) => {
      const statement = statements.find((one) => names(one, action));
      return statement ? [{ action, statement }] : [];
    });
    if (actions.length > open.length) findings.refused('policies', kind, actions.length - open.length);
    for (const { action, statement } of open)
      findings.breach({
        part: 'policies',
        kind,
        attack: `${action} by ${role.name} of ${own.tenant} on ${resource.name} of ${other.tenant}`,
        expected: 'no Allow',
        got: JSON.stringify(statement),
      });
  }
}

function names({ Action }: Statement, action: string): boolean {
  return Action.some((pattern) => matchesPattern(action.toLowerCase(), pattern.toLowerCase()));
}

function reaches({ Effect, Resource = [] }: Statement, { arn }: StackResource): boolean {
  return Effect === 'Allow' && Resource.some((pattern) => overlaps(pattern, arn));
}

/** An Allow for an account's own root leaves the decision to that account's identity policies, which are asked as well. */
function admits(
  { Effect, Principal }: Statement,
  role: StackRole,
  own: PolicyStack,
  other: PolicyStack,
): boolean {
  if (Effect !== 'Allow') return false;
  const root = `arn:aws:iam::${own.place.account}:root`;
  const shared = own.place.account === other.place.account;
  return (Principal?.AWS ?? []).some(
    (principal) =>
      matchesPattern(role.arn, principal) ||
      principal === own.place.account ||
      (principal === root && !shared),
  );
}
