import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeObjects } from './acknowledge-objects.ts';
import type { Buckets } from './buckets.ts';
import type { Keys } from './keys.ts';

/** Below this prefix of the work bucket lie results, which its rule deletes. */
const RESULTS_PREFIX = 'athena';

const TABLE = 'records';
/** The first day that a table of this form can have records of; the last is today. */
const FIRST_DAY = '2026-11-01';
/** As Athena has it; the day is put there. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Athena's own form.
const FOLDER_OF_DAY = 'dt=${dt}/';
/** Most that one query reads, compressed: $0.49 at $5 a terabyte. */
const MOST_BYTES = 100 * 1024 ** 3;

interface AthenaProps {
  tenantId: string;
  buckets: Buckets;
  keys: Keys;
}

/**
 * SQL over the files of daily records: a table whose days are worked out from the names of their folders, so that nothing
 * has to be run when a day is added, and a workgroup that a query can't set itself above. Both cost nothing while nobody asks.
 */
export class Athena extends Construct {
  readonly #props: AthenaProps;
  readonly #database: string;
  readonly #workgroup: string;

  constructor(scope: Construct, id: string, props: AthenaProps) {
    super(scope, id);
    this.#props = props;
    // Athena takes letters, digits and underscores; ids of tenants have no underscore, so no two of them become one name.
    this.#database = `audit_trail_${props.tenantId.replaceAll('-', '_')}`;
    this.#workgroup = `AuditTrail-${props.tenantId}`;
    this.makeTable();
    this.makeWorkgroup();
  }

  /** What a query takes besides reading the archive: this table, this workgroup, and its results. */
  grantQueries(role: Role): void {
    const { buckets, keys } = this.#props;
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'athena:StartQueryExecution',
          'athena:StopQueryExecution',
          'athena:GetQueryExecution',
          'athena:GetQueryResults',
          'athena:GetWorkGroup',
        ],
        resources: [this.arn('athena', `workgroup/${this.#workgroup}`)],
      }),
    );
    // Glue asks for the whole way down: the account's catalog, the database, the table. One without the others opens nothing.
    role.addToPolicy(
      new PolicyStatement({
        actions: ['glue:GetDatabase', 'glue:GetTable'],
        resources: [
          this.arn('glue', 'catalog'),
          this.arn('glue', `database/${this.#database}`),
          this.arn('glue', `table/${this.#database}/${TABLE}`),
        ],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetBucketLocation'],
        resources: [buckets.archive.bucketArn, buckets.work.bucketArn],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [buckets.work.bucketArn],
        conditions: { StringLike: { 's3:prefix': `${RESULTS_PREFIX}/*` } },
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        resources: [buckets.work.arnForObjects(`${RESULTS_PREFIX}/*`)],
      }),
    );
    role.addToPolicy(keys.encrypting('s3'));
    acknowledgeObjects(role, buckets.work, [`${RESULTS_PREFIX}/*`], 'Athena names the objects of a result.');
  }

  /**
   * One column, the line as it is. A record's fields are taken out of it by JSON path, so fields of later versions are there
   * at once, and the octets that were hashed are too. No line is cut: RFC 8785 writes U+0001 as six characters, never as itself.
   */
  private makeTable(): void {
    const catalogId = Stack.of(this).account;
    const location = this.#props.buckets.archive.s3UrlForObject('records/');
    const database = new CfnDatabase(this, 'Database', {
      catalogId,
      databaseInput: {
        name: this.#database,
        description: `The audit trail of ${this.#props.tenantId}, by day`,
      },
    });
    const table = new CfnTable(this, 'Records', {
      catalogId,
      databaseName: this.#database,
      tableInput: {
        name: TABLE,
        description: 'A line is a record, exactly as it was hashed (docs/integrate/athena.md)',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: 'dt', type: 'string', comment: 'day of recorded_at, UTC' }],
        parameters: {
          EXTERNAL: 'TRUE',
          'projection.enabled': 'true',
          'projection.dt.type': 'date',
          'projection.dt.format': 'yyyy-MM-dd',
          'projection.dt.range': `${FIRST_DAY},NOW`,
          'projection.dt.interval': '1',
          'projection.dt.interval.unit': 'DAYS',
          'storage.location.template': location + FOLDER_OF_DAY,
        },
        storageDescriptor: {
          location,
          columns: [{ name: 'record', type: 'string', comment: 'JSON, RFC 8785' }],
          inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          compressed: true,
          serdeInfo: {
            serializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
            parameters: { 'serialization.format': '1' },
          },
        },
      },
    });
    table.addResourceDependency(database);
  }

  private makeWorkgroup(): void {
    const { buckets, keys, tenantId } = this.#props;
    new CfnWorkGroup(this, 'Workgroup', {
      name: this.#workgroup,
      description: `Questions to the archive of ${tenantId}`,
      // Nothing but the history of queries goes with it.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: false,
        requesterPaysEnabled: false,
        bytesScannedCutoffPerQuery: MOST_BYTES,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: buckets.work.s3UrlForObject(`${RESULTS_PREFIX}/`),
          expectedBucketOwner: Stack.of(this).account,
          encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: keys.data.keyArn },
        },
      },
    });
  }

  private arn(service: string, resource: string): string {
    return Stack.of(this).formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  }
}
