import { conditionsHold, matchesPattern, type RequestContext } from './conditions.ts';
import {
  identityStatements,
  type Names,
  resolve,
  resourcePolicies,
  type Statement,
  type Template,
} from './template.ts';

/** One call of an AWS API. */
export interface AwsRequest {
  /** Logical id of a role of the template, or the ARN of a principal of another account or stack. */
  principal: string;
  action: string;
  /** As the policies name it: `<LogicalId.Arn>` and what follows, or what `names` makes of that. */
  resource: string;
  context?: RequestContext;
}

/**
 * Answers as IAM would from the policies of one synthesised template: an explicit Deny wins; KMS keys must allow in
 * their own policy, directly or by leaving it to the account's IAM; a principal of this account needs an Allow on
 * either side, and one from elsewhere an Allow of the resource (its own account's is taken for granted).
 * TLS is assumed unless `aws:SecureTransport` says otherwise. Boundaries and organisation policies are not judged.
 */
export function createPolicyEvaluator(template: Template, names: Names = {}) {
  const policies = resourcePolicies(template, names);
  const known = new Map<string, Statement[]>();
  const statementsOf = (role: string): Statement[] => {
    const statements = known.get(role) ?? identityStatements(template, role, names);
    known.set(role, statements);
    return statements;
  };

  return {
    allowed: ({ principal, action, resource, context = {} }: AwsRequest): boolean => {
      const isRole = principal in template.Resources;
      const arn = isRole ? String(resolve({ 'Fn::GetAtt': [principal, 'Arn'] }, names)) : principal;
      const full = { 'aws:SecureTransport': 'true', 'aws:PrincipalArn': arn, ...context };
      const applies = (statement: Statement) =>
        matchesAny(
          action.toLowerCase(),
          statement.Action.map((name) => name.toLowerCase()),
        ) && conditionsHold(statement.Condition, full);

      const identity = isRole
        ? statementsOf(principal).filter(
            (statement) => applies(statement) && matchesAny(resource, statement.Resource ?? []),
          )
        : [];
      const own = policies.flatMap(({ type, on, statements }) =>
        statements.filter((statement) => {
          const about = type === 'AWS::KMS::Key' ? [on] : (statement.Resource ?? []);
          return applies(statement) && matchesAny(resource, about);
        }),
      );

      const named = own.filter((statement) => speaksOf(statement, arn));
      if ([...identity, ...named].some(({ Effect }) => Effect === 'Deny')) return false;
      const byIdentity = identity.some(({ Effect }) => Effect === 'Allow');
      const byResource = named.some(({ Effect }) => Effect === 'Allow');
      if (byResource) return true;
      const isKey = policies.some(({ type, on }) => type === 'AWS::KMS::Key' && on === resource);
      return byIdentity && (!isKey || own.some(leavesItToIam));
    },
  };
}

function matchesAny(value: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesPattern(value, pattern));
}

function speaksOf({ Principal }: Statement, arn: string): boolean {
  return Principal?.AWS?.some((name) => name === '*' || name === arn) ?? false;
}

/** An Allow for the account's root hands the decision to IAM policies of that account. */
function leavesItToIam({ Effect, Principal }: Statement): boolean {
  return (
    Effect === 'Allow' && (Principal?.AWS?.some((name) => /^arn:aws:iam::\d{12}:root$/.test(name)) ?? false)
  );
}
