/**
 * In the emulator a secret's `Ref` is its name where CloudFormation gives its ARN, so the statements that let a
 * role read a secret match nothing. The same grants are given again from the secret's side, to the same roles.
 */
import {
  ListSecretsCommand,
  PutResourcePolicyCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import type { TenantStack } from './assembly.ts';

const names = z.union([z.string().transform((name) => [name]), z.array(z.string())]);
const statementSchema = z.looseObject({ Effect: z.string(), Action: names, Resource: z.unknown() });
const policySchema = z.object({
  PolicyDocument: z.object({ Statement: z.array(statementSchema) }),
  Roles: z.array(z.object({ Ref: z.string() })),
});

/** Who may do what with a secret, by logical ids. */
export interface SecretGrant {
  readonly secret: string;
  readonly role: string;
  readonly actions: readonly string[];
}

/** The grants on secrets that a template's policies hold. */
export function secretGrants({ template }: Pick<TenantStack, 'template'>): SecretGrant[] {
  const resources = Object.entries(template.Resources);
  const secrets = resources
    .filter(([, { Type }]) => Type === 'AWS::SecretsManager::Secret')
    .map(([id]) => id);
  return resources.flatMap(([, { Type, Properties }]) => {
    if (Type !== 'AWS::IAM::Policy') return [];
    const { PolicyDocument, Roles } = policySchema.parse(Properties);
    return PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(
      ({ Action, Resource }) =>
        secrets
          .filter((secret) => JSON.stringify(Resource).includes(`{"Ref":"${secret}"}`))
          .flatMap((secret) => Roles.map(({ Ref: role }) => ({ secret, role, actions: Action }))),
    );
  });
}

/** Gives the grants of a deployed stack again. */
export async function grantSecretsAgain(stack: TenantStack, client: SecretsManagerClient): Promise<void> {
  const grants = secretGrants(stack);
  if (grants.length === 0) return;
  const { SecretList = [] } = await client.send(new ListSecretsCommand({ MaxResults: 100 }));
  for (const secret of new Set(grants.map((grant) => grant.secret))) {
    const deployed = SecretList.find(({ Name }) => Name?.startsWith(`${stack.stack}-${secret}-`));
    if (!deployed?.ARN) continue;
    const Statement = grants
      .filter((grant) => grant.secret === secret)
      .map(({ role, actions }) => ({
        Effect: 'Allow',
        Principal: '*',
        Action: actions,
        Resource: '*',
        // The emulator names a physical resource `<stack>-<logical id>-<suffix>`, and a session by the session.
        Condition: {
          ArnLike: {
            'aws:PrincipalArn': `arn:aws:sts::${stack.account}:assumed-role/${stack.stack}-${role}-*/*`,
          },
        },
      }));
    const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement });
    await client.send(new PutResourcePolicyCommand({ SecretId: deployed.ARN, ResourcePolicy }));
  }
}
