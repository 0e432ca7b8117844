import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { CodeProvider } from '../bundle.ts';
import type { Tenant } from '../config/tenant.ts';
import { Alarms } from '../constructs/alarms.ts';
import { ApiFunctions } from '../constructs/api-functions.ts';
import { Athena } from '../constructs/athena.ts';
import { Auditor } from '../constructs/auditor.ts';
import { Buckets } from '../constructs/buckets.ts';
import { Exporter } from '../constructs/exporter.ts';
import { HttpApi } from '../constructs/http-api.ts';
import { Keys } from '../constructs/keys.ts';
import { Queues } from '../constructs/queues.ts';
import { Retention } from '../constructs/retention.ts';
import { Schedules } from '../constructs/schedules.ts';
import { Tables } from '../constructs/tables.ts';
import { Webhooks } from '../constructs/webhooks.ts';
import { Witnesses } from '../constructs/witnesses.ts';
import { type Foundation, Writer } from '../constructs/writer.ts';
import { logOrigin } from '../log-origin.ts';

interface TenantStackProps extends StackProps {
  tenant: Tenant;
  /** First part of the log's origin, a name that the operator owns. */
  deploymentHost: string;
  code: CodeProvider;
}

/** One tenant: everything that it has, and nothing that another one has. */
export class TenantStack extends Stack {
  constructor(scope: Construct, { tenant, deploymentHost, code, ...props }: TenantStackProps) {
    super(scope, `AuditTrail-${tenant.id}`, {
      description: `Audit trail of ${tenant.display_name}`,
      terminationProtection: true,
      ...props,
    });
    Tags.of(this).add('agent-audit-trail:tenant', tenant.id);
    Tags.of(this).add('agent-audit-trail:tier', tenant.tier);

    const keys = new Keys(this, 'Keys', { signingKeys: tenant.signing_keys });
    const tables = new Tables(this, 'Tables', { key: keys.data });
    const buckets = new Buckets(this, 'Buckets', { key: keys.data, tenant });
    const queues = new Queues(this, 'Queues', { key: keys.data, batchWindow: tenant.batch_window_seconds });
    const bus = new EventBus(this, 'Bus');
    const schedules = new Schedules(this, 'Schedules');
    if (tenant.tier === 'account-per-tenant') {
      queues.admitEmitters(tenant.emitter_principals);
      keys.admitSenders(tenant.emitter_principals);
    }

    const origin = logOrigin(this, tenant, deploymentHost);
    const foundation = { tenant, logOrigin: origin, code, keys, tables, buckets, queues, bus, schedules };
    const writer = new Writer(this, 'Writer', foundation);
    const { applyRetention } = new Retention(this, 'Retention', foundation);
    buckets.restrictWritingTo([writer.writeLog.role, applyRetention.role]);
    const functions = new ApiFunctions(this, 'Functions', foundation, applyRetention);
    const { exportRecords } = new Exporter(this, 'Exporter', foundation);
    const { deliverWebhooks } = new Webhooks(this, 'Webhooks', foundation);
    queues.restrictInternalTo([
      functions.ingestApi.role,
      functions.readApi.role,
      functions.adminApi.role,
      exportRecords.role,
      applyRetention.role,
      deliverWebhooks.role,
    ]);
    const { api, accessLog } = new HttpApi(this, 'Http', functions);

    const witnesses = tenant.witnesses && new Witnesses(this, 'Witnesses', foundation, tenant.witnesses);
    const { ingestApi, readApi, adminApi } = functions;
    new Alarms(this, 'Alarms', {
      tenantId: tenant.id,
      queues,
      writer: writer.writeLog,
      api: [ingestApi, readApi, adminApi],
      deliveries: deliverWebhooks,
      functions: [
        writer.writeLog,
        ingestApi,
        readApi,
        adminApi,
        exportRecords,
        applyRetention,
        deliverWebhooks,
        ...(witnesses ? [witnesses.cosignCheckpoints] : []),
      ],
      accessLog,
      keys,
      archive: buckets.archive,
      email: tenant.alarm_email,
    });
    const athena = new Athena(this, 'Athena', { tenantId: tenant.id, buckets, keys });
    if (tenant.auditor_principals !== undefined) {
      new Auditor(this, 'Auditor', {
        tenantId: tenant.id,
        principals: tenant.auditor_principals,
        buckets,
        keys,
        athena,
      });
    }
    this.putOut(foundation, {
      ApiId: api.restApiId,
      StageName: api.deploymentStage.stageName,
      ApiUrl: api.url,
      AdminFunction: functions.adminApi.function.functionName,
      WriterFunction: writer.writeLog.function.functionName,
    });
  }

  /** Names that the operator's command and the local runner read. */
  private putOut(
    { tenant, logOrigin, tables, buckets, queues, keys }: Foundation,
    more: Record<string, string>,
  ): void {
    const outputs = {
      ...more,
      QueueUrl: queues.ingest.queueUrl,
      RecordsTable: tables.records.tableName,
      ControlTable: tables.control.tableName,
      ArchiveBucket: buckets.archive.bucketName,
      WorkBucket: buckets.work.bucketName,
      SigningKeyId: keys.signing[0].keyId,
      SigningKeyIds: keys.signing.map(({ keyId }) => keyId).join(','),
      LogOrigin: logOrigin,
      Tier: tenant.tier,
      Account: this.account,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
