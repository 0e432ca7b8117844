import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, ArnPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { otherThan } from './other-than.ts';

const PENDING_WINDOW = Duration.days(30);

/** The one role that may have a key deleted; no stack makes it. */
const BREAK_GLASS_ROLE = 'AuditTrail-BreakGlass';

/** Services through which the tenant's key is used; nobody decrypts with it directly. */
type KeyUser = 'dynamodb' | 's3' | 'sqs' | 'secretsmanager' | 'ssm';

/** The tenant's KMS keys, and the secret of which its index keys are derived. */
export class Keys extends Construct {
  /**
   * Ed25519; sign checkpoints. Oldest first: the last is the one that the log is handed over to, the one before it the one
   * that hands over. Older ones are kept and sign nothing any more.
   */
  readonly signing: readonly [Key, ...Key[]];
  /** Symmetric; encrypts what the tenant has, the archive excepted. */
  readonly data: Key;
  /** Read by those who derive posting-list, cursor and pseudonym keys from it. */
  readonly index: Secret;

  constructor(scope: Construct, id: string, { signingKeys }: { signingKeys: number }) {
    super(scope, id);
    const further = Array.from({ length: signingKeys - 1 }, (_, n) => this.signingKey(`Signing${n + 2}`));
    this.signing = [this.signingKey('Signing'), ...further];
    this.data = new Key(this, 'Data', {
      description: `Encrypts the data of ${Stack.of(this).stackName}`,
      enableKeyRotation: true,
      pendingWindow: PENDING_WINDOW,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const key of [...this.signing, this.data]) this.refuseDeletion(key);
    this.index = new Secret(this, 'Index', {
      description: 'Posting-list, cursor and pseudonym keys are derived from this',
      encryptionKey: this.data,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.index).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Names of posting lists follow from it: a rotated secret would orphan the whole index.',
    });
  }

  /**
   * A deleted key takes everything with it that it encrypts, or every later checkpoint: its own policy refuses to
   * everybody, the account's root included, but a role of this name, which is made for the occasion and taken away after
   * it (docs/operating.md). Whoever changes the policy first shows in CloudTrail.
   */
  private refuseDeletion(key: Key): void {
    const { partition, account } = Stack.of(this);
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'OnlyBreakGlassDeletes',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['kms:ScheduleKeyDeletion'],
        resources: ['*'],
        conditions: {
          ArnNotLike: {
            'aws:PrincipalArn': `arn:${partition}:iam::${account}:role/${BREAK_GLASS_ROLE}`,
          },
        },
      }),
    );
  }

  /** From here on nobody else signs, whatever IAM grants in this account: the key's own policy refuses. */
  restrictSigningTo(role: IRole): void {
    for (const key of this.signing) {
      const signs = this.signingNow.includes(key);
      key.addToResourcePolicy(
        new PolicyStatement({
          sid: signs ? 'OnlyTheWriterSigns' : 'NobodySigns',
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: ['kms:Sign'],
          resources: ['*'],
          ...(signs && { conditions: otherThan(this, [role]) }),
        }),
      );
    }
  }

  /** The keys that may still sign: the newest, and the one before it until the log is handed over. */
  get signingNow(): readonly Key[] {
    return this.signing.slice(-2);
  }

  private signingKey(id: string): Key {
    return new Key(this, id, {
      description: `Signs the checkpoints of ${Stack.of(this).stackName}`,
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      pendingWindow: PENDING_WINDOW,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Senders to the encrypted ingest queue, of other accounts too, need its key, and only for that. */
  admitSenders(principals: readonly string[]): void {
    this.data.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EmittersSendThroughSqs',
        principals: principals.map((arn) => new ArnPrincipal(arn)),
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resources: ['*'],
        conditions: { StringEquals: { 'kms:ViaService': this.endpoint('sqs') } },
      }),
    );
  }

  /** Reading what `services` hold. */
  decrypting(...services: KeyUser[]): PolicyStatement {
    return this.through(services, ['kms:Decrypt', 'kms:DescribeKey']);
  }

  /** Reading and writing what `services` hold. */
  encrypting(...services: KeyUser[]): PolicyStatement {
    return this.through(services, ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey']);
  }

  /** Writing to `services` what others read. */
  sealing(...services: KeyUser[]): PolicyStatement {
    return this.through(services, ['kms:Encrypt']);
  }

  private through(services: readonly KeyUser[], actions: string[]): PolicyStatement {
    return new PolicyStatement({
      actions,
      resources: [this.data.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': services.map((service) => this.endpoint(service)) } },
    });
  }

  private endpoint(service: KeyUser): string {
    return `${service}.${Stack.of(this).region}.amazonaws.com`;
  }
}
