import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { equalBytes, fromHex } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';
import type { Signer } from '../../core/ports.ts';
import { awsCall, isNamed } from './aws-call.ts';

const WHAT = 'the signing key';
const MAX_MESSAGE = 4_096; // of KMS with MessageType RAW
const SIGNATURE_OCTETS = 64;
const SPKI_PREFIX = fromHex('302a300506032b6570032100'); // SubjectPublicKeyInfo of Ed25519 (RFC 8410), then 32 octets
const KEY_OCTETS = 32;

/** The tenant's Ed25519 key in KMS. */
export class KmsSigner implements Signer {
  readonly #client: KMSClient;
  readonly #keyId: string;
  #publicKey: Promise<Uint8Array> | undefined;

  constructor(client: KMSClient, keyId: string) {
    this.#client = client;
    this.#keyId = keyId;
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    if (message.length > MAX_MESSAGE)
      throw new AuditError('invalid_request', `a message to sign: expected at most ${MAX_MESSAGE} bytes`);
    const command = new SignCommand({
      KeyId: this.#keyId,
      Message: message,
      MessageType: 'RAW',
      SigningAlgorithm: 'ED25519_SHA_512',
    });
    const { Signature } = await awsCall(WHAT, () => this.#client.send(command)).catch(explainOff);
    if (Signature?.length !== SIGNATURE_OCTETS)
      throw new AuditError('integrity', 'KMS answered with something that is no Ed25519 signature');
    return Signature;
  }

  /** Asked for once: the key of an id never changes. */
  async publicKey(): Promise<Uint8Array> {
    this.#publicKey ??= this.#fetchPublicKey();
    try {
      return await this.#publicKey;
    } catch (error) {
      this.#publicKey = undefined;
      throw error;
    }
  }

  async #fetchPublicKey(): Promise<Uint8Array> {
    const command = new GetPublicKeyCommand({ KeyId: this.#keyId });
    const { PublicKey } = await awsCall(WHAT, () => this.#client.send(command));
    const isEd25519 =
      PublicKey?.length === SPKI_PREFIX.length + KEY_OCTETS &&
      equalBytes(PublicKey.subarray(0, SPKI_PREFIX.length), SPKI_PREFIX);
    if (!isEd25519) throw new AuditError('misconfigured', 'the signing key is not an Ed25519 key');
    return PublicKey.slice(SPKI_PREFIX.length);
  }
}

/** A key that was switched off is somebody's doing: the log stops and alarms, and goes on once the key is back. */
function explainOff(cause: unknown): never {
  if (isNamed(cause, 'DisabledException') || isNamed(cause, 'KMSInvalidStateException'))
    throw new AuditError('integrity', 'the signing key is disabled or is to be deleted', { cause });
  throw cause;
}
