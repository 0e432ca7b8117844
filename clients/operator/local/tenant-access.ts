import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { formatVerifierKey } from '../../../core/log/note.ts';
import { AdminClient } from '../admin-client.ts';
import type { TenantStack } from './assembly.ts';
import { operatorClients } from './clients.ts';
import { apiUrl, type TenantOutputs, writePrivateJson } from './outputs.ts';

/** Outputs of a tenant's stack, by their logical ids. */
export const stackOutputsSchema = z.object({
  ApiId: z.string(),
  StageName: z.string(),
  QueueUrl: z.string(),
  RecordsTable: z.string(),
  ControlTable: z.string(),
  ArchiveBucket: z.string(),
  WorkBucket: z.string(),
  /** The first; and all of them, oldest first, separated by commas. */
  SigningKeyId: z.string(),
  SigningKeyIds: z.string(),
  LogOrigin: z.string(),
  AdminFunction: z.string(),
  WriterFunction: z.string(),
  Tier: z.enum(['table-per-tenant', 'account-per-tenant']),
  Account: z.string(),
});
export type StackOutputs = z.infer<typeof stackOutputsSchema>;

/** SubjectPublicKeyInfo of Ed25519 (RFC 8410): this many bytes, then the 32 of the key. */
const SPKI_PREFIX_BYTES = 12;
const jwkSchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string(),
});

/** The verifier key of a tenant's log, from the KMS key itself rather than from what the tenant's API says it is. */
async function verifierKey(kms: KMSClient, KeyId: string, origin: string): Promise<string> {
  const { PublicKey, KeySpec } = await kms.send(new GetPublicKeyCommand({ KeyId }));
  if (!PublicKey || KeySpec !== 'ECC_NIST_EDWARDS25519') {
    throw new AuditError('misconfigured', `The signing key ${KeyId} is not an Ed25519 key`);
  }
  return formatVerifierKey(origin, PublicKey.subarray(SPKI_PREFIX_BYTES));
}

/**
 * Opens a deployed tenant for people and programs of this machine: three tokens, and an emitter whose private key
 * goes into a file of its own below `emitters`. Everything is asked of the tenant's own administration.
 */
export async function openTenant(options: {
  stack: TenantStack;
  outputs: StackOutputs;
  endpoint: string;
  emitters: string;
  agents: readonly string[];
}): Promise<TenantOutputs> {
  const { stack, outputs, endpoint } = options;
  const clients = operatorClients(stack.account, stack.region, endpoint);
  try {
    const admin = new AdminClient(clients.lambda, {
      functionName: outputs.AdminFunction,
      actor: 'local-operator',
    });
    const mint = async (preset: 'admin' | 'reader' | 'writer') =>
      (await admin.createToken({ name: `local ${preset}`, grant: { preset } })).token;
    const api = apiUrl(endpoint, outputs.ApiId, outputs.StageName);
    return {
      tier: outputs.Tier,
      account: stack.account,
      endpoint,
      api_url: api,
      console_url: `${api}/console/`,
      queue_url: outputs.QueueUrl,
      records_table: outputs.RecordsTable,
      control_table: outputs.ControlTable,
      archive_bucket: outputs.ArchiveBucket,
      work_bucket: outputs.WorkBucket,
      signing_key_id: outputs.SigningKeyId,
      signing_key_ids: outputs.SigningKeyIds.split(','),
      admin_function: outputs.AdminFunction,
      writer_function: outputs.WriterFunction,
      log_origin: outputs.LogOrigin,
      verifier_key: await verifierKey(clients.kms, outputs.SigningKeyId, outputs.LogOrigin),
      tokens: { admin: await mint('admin'), reader: await mint('reader'), writer: await mint('writer') },
      emitter_key_file: await registerEmitter(admin, options),
    };
  } finally {
    clients.destroy();
  }
}

async function registerEmitter(
  admin: AdminClient,
  options: { stack: TenantStack; outputs: StackOutputs; emitters: string; agents: readonly string[] },
): Promise<string> {
  const pair = generateKeyPairSync('ed25519');
  const { d, ...publicJwk } = jwkSchema.parse(pair.privateKey.export({ format: 'jwk' }));
  const { emitterId, kid } = await admin.createEmitter({ agents: options.agents, publicJwk });
  mkdirSync(options.emitters, { recursive: true, mode: 0o700 });
  const file = join(options.emitters, `${options.stack.tenant}.json`);
  writePrivateJson(file, {
    emitter_id: emitterId,
    log_origin: options.outputs.LogOrigin,
    private_jwk: { ...publicJwk, d, kid },
  });
  return file;
}
