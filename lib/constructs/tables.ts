import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** Two tables, so that "only the writer writes records" is an IAM fact and a restore of one revives nothing of the other. */
export class Tables extends Construct {
  /** Records, posting lists, the head of the log: a projection that can be rebuilt from the archive. */
  readonly records: Table;
  /** Tokens, emitters, policies, the quarantine's index. */
  readonly control: Table;

  constructor(scope: Construct, id: string, props: { key: IKey }) {
    super(scope, id);
    this.records = this.table('Records', props.key);
    this.control = this.table('Control', props.key);
  }

  private table(id: string, encryptionKey: IKey): Table {
    return new Table(this, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
