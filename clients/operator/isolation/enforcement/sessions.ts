import { paginateListFunctions } from '@aws-sdk/client-lambda';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { AuditError } from '../../../../core/errors.ts';
import { type Clients, clientsWith, type Emulator } from './clients.ts';

/** A session of the role of one deployed function. */
export interface Session {
  readonly tenant: string;
  /** `write-log`, as the function is called in the code. */
  readonly role: string;
  /** Its clients at an emulator, its own unless another is named. */
  readonly at: (emulator: Emulator) => Clients;
}

/** A session for the role of each function that an account's tenants have. */
export async function sessionsOf(root: Clients): Promise<Session[]> {
  const sessions: Session[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client: root.lambda }, {})) {
    for (const { Role, Environment } of Functions) {
      const { TENANT_ID, AWS_SDK_UA_APP_ID } = Environment?.Variables ?? {};
      if (Role === undefined || TENANT_ID === undefined || AWS_SDK_UA_APP_ID === undefined) continue;
      const assume = new AssumeRoleCommand({ RoleArn: Role, RoleSessionName: 'isolation-suite' });
      const { Credentials } = await root.sts.send(assume);
      const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials ?? {};
      if (!AccessKeyId || !SecretAccessKey || !SessionToken)
        throw new AuditError('unavailable', `no session of ${Role} could be had`);
      const credentials = {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      };
      sessions.push({
        tenant: TENANT_ID,
        role: AWS_SDK_UA_APP_ID,
        at: (emulator) => clientsWith(credentials, emulator),
      });
    }
  }
  return sessions;
}
