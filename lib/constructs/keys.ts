import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, ArnPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { otherThan } from './other-than.ts';

const PENDING_WINDOW = Duration.days(30);

/** Services through which the tenant's key is used; nobody decrypts with it directly. */
type KeyUser = 'dynamodb' | 's3' | 'sqs' | 'secretsmanager';

/** The tenant's two KMS keys, and the secret of which its index keys are derived. */
export class Keys extends Construct {
  /** Ed25519; signs checkpoints. */
  readonly signing: Key;
  /** Symmetric; encrypts what the tenant has, the archive excepted. */
  readonly data: Key;
  /** Read by those who derive posting-list, cursor and pseudonym keys from it. */
  readonly index: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.signing = new Key(this, 'Signing', {
      description: `Signs the checkpoints of ${Stack.of(this).stackName}`,
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      pendingWindow: PENDING_WINDOW,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.data = new Key(this, 'Data', {
      description: `Encrypts the data of ${Stack.of(this).stackName}`,
      enableKeyRotation: true,
      pendingWindow: PENDING_WINDOW,
      removalPolicy: RemovalPolicy.RETAIN,
    });
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

  /** From here on nobody else signs, whatever IAM grants in this account: the key's own policy refuses. */
  restrictSigningTo(role: IRole): void {
    this.signing.addToResourcePolicy(
      new PolicyStatement({
        sid: 'OnlyTheWriterSigns',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['kms:Sign'],
        resources: ['*'],
        conditions: otherThan(this, [role]),
      }),
    );
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
