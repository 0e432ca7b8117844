import type { AwsCall, IncomingCall } from './aws-call.ts';
import { dynamoContext, kmsContext } from './recorded-context.ts';
import { describeS3 } from './recorded-s3.ts';

/** Who signed, for which service and Region: the credential scope of Signature Version 4. */
interface CredentialScope {
  readonly accessKey: string;
  readonly region: string;
  readonly service: string;
}

type Json = Readonly<Record<string, unknown>>;

/** The scope of a signed request, in its header or, when it was presigned, in its query; undefined when unsigned. */
export function credentialScope(call: IncomingCall): CredentialScope | undefined {
  const query = new URL(call.url, 'http://local').searchParams;
  const header = String(call.headers.authorization ?? '');
  const text = /Credential=([^,\s]+)/.exec(header)?.[1] ?? query.get('X-Amz-Credential');
  const [accessKey, , region, service, end] = text?.split('/') ?? [];
  return accessKey && region && service && end === 'aws4_request'
    ? { accessKey, region, service }
    : undefined;
}

/** The IAM questions that a signed request raises, most often one. `account` owns the resources it names. */
export function describeCall(call: IncomingCall, scope: CredentialScope, account: string): AwsCall[] {
  const url = new URL(call.url, 'http://local');
  if (scope.service === 's3') return describeS3(call, url);
  const arn = (service: string, resource: string) =>
    resource.startsWith('arn:') ? resource : `arn:aws:${service}:${scope.region}:${account}:${resource}`;
  if (scope.service === 'lambda') {
    const name = /\/functions\/([^/]+)\/invocations$/.exec(url.pathname)?.[1];
    if (!name) return [{ service: 'lambda', action: `${call.method} ${url.pathname}`, resources: [] }];
    return [
      {
        service: 'lambda',
        action: 'InvokeFunction',
        resources: [arn('lambda', `function:${decodeURIComponent(name)}`)],
      },
    ];
  }
  const operation = String(call.headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1);
  if (!operation) {
    const action = new URLSearchParams(call.body).get('Action') ?? `${call.method} ${url.pathname}`;
    return [{ service: scope.service, action, resources: [] }];
  }
  const input = parseInput(call.body);
  switch (scope.service) {
    case 'dynamodb':
      return describeDynamo(operation, input, (table) => arn('dynamodb', `table/${table}`));
    case 'sqs': {
      const name = text(input.QueueUrl)?.split('/').at(-1);
      // IAM knows no batch actions of SQS.
      return [
        {
          service: 'sqs',
          action: operation.replace(/Batch$/, ''),
          resources: name ? [arn('sqs', name)] : [],
        },
      ];
    }
    case 'kms': {
      const key = text(input.KeyId);
      return [
        {
          service: 'kms',
          action: operation,
          resources: key ? [arn('kms', keyResource(key))] : [],
          ...kmsContext(input),
        },
      ];
    }
    case 'secretsmanager': {
      const id = text(input.SecretId);
      const resources = id ? [arn('secretsmanager', id.startsWith('arn:') ? id : `secret:${id}`)] : [];
      return [{ service: 'secretsmanager', action: operation, resources }];
    }
    case 'ssm': {
      const name = text(input.Name)?.replace(/^\//, '');
      return [
        { service: 'ssm', action: operation, resources: name ? [arn('ssm', `parameter/${name}`)] : [] },
      ];
    }
    case 'events': {
      const buses = items(input.Entries).map((entry) => text(entry.EventBusName) ?? 'default');
      const resources = [...new Set(buses)].map((bus) => arn('events', `event-bus/${bus}`));
      return [{ service: 'events', action: operation, resources }];
    }
    default:
      return [{ service: scope.service, action: operation, resources: [] }];
  }
}

function describeDynamo(operation: string, input: Json, table: (name: string) => string): AwsCall[] {
  const call = (action: string, names: readonly string[], request: Json): AwsCall => ({
    service: 'dynamodb',
    action,
    resources: [...new Set(names)].map(table),
    ...dynamoContext(request),
  });
  if (operation.startsWith('Transact')) {
    // A transaction is no action of its own: each part is asked about as what it does.
    return items(input.TransactItems).flatMap((item) =>
      Object.entries(item).map(([part, detail]) =>
        call(
          part === 'ConditionCheck' ? 'ConditionCheckItem' : `${part}Item`,
          [text((detail as Json | undefined)?.TableName) ?? '*'],
          (detail as Json | undefined) ?? {},
        ),
      ),
    );
  }
  if (operation.startsWith('Batch'))
    return [call(operation, Object.keys((input.RequestItems as Json) ?? {}), input)];
  const name = text(input.TableName);
  const index = text(input.IndexName);
  return [call(operation, name ? [index ? `${name}/index/${index}` : name] : [], input)];
}

function keyResource(key: string): string {
  return key.startsWith('alias/') || key.startsWith('arn:') ? key : `key/${key}`;
}

function parseInput(body: string): Json {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function items(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}
