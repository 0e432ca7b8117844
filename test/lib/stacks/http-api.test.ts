import { expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { adminRoutes } from '../../../lambdas/admin-api/admin-api.ts';
import type { AdminApi } from '../../../lambdas/admin-api/ports.ts';
import { tableTenant, tenantTemplate } from '../synthesised.ts';

const template = tenantTemplate(tableTenant);
const resources = template.findResources('AWS::ApiGateway::Resource');

function pathOf(reference: { Ref?: string }): string {
  const resource = resources[reference.Ref ?? ''];
  return resource ? `${pathOf(resource.Properties.ParentId)}/${resource.Properties.PathPart}` : '';
}

test('each route goes to the function with the privilege for it, all others to the one that reads', () => {
  const routes = Object.values(template.findResources('AWS::ApiGateway::Method')).map(({ Properties }) => {
    const [, name] = /Functions(\w+?)Function/.exec(JSON.stringify(Properties.Integration.Uri)) ?? [];
    return `${Properties.HttpMethod} ${pathOf(Properties.ResourceId) || '/'} ${name}`;
  });
  const isRead = (route: string) => route.endsWith(' ReadApi');
  expect(routes.filter((route) => !isRead(route)).sort()).toEqual([
    'ANY /v1/audit/emitters AdminApi',
    'ANY /v1/audit/emitters/{proxy+} AdminApi',
    'ANY /v1/audit/erasures AdminApi',
    'ANY /v1/audit/erasures/{proxy+} AdminApi',
    'ANY /v1/audit/exports AdminApi',
    'ANY /v1/audit/exports/{proxy+} AdminApi',
    'ANY /v1/audit/legal-holds AdminApi',
    'ANY /v1/audit/legal-holds/{proxy+} AdminApi',
    'ANY /v1/audit/retention-policy AdminApi',
    'ANY /v1/audit/retention-policy/{proxy+} AdminApi',
    'ANY /v1/audit/tokens AdminApi',
    'ANY /v1/audit/tokens/{proxy+} AdminApi',
    'ANY /v1/audit/webhooks AdminApi',
    'ANY /v1/audit/webhooks/{proxy+} AdminApi',
    'POST /v1/audit/events IngestApi',
    'POST /v1/otlp/v1/traces IngestApi',
  ]);
  expect(routes).toEqual(
    expect.arrayContaining([
      'ANY /v1/audit/events ReadApi',
      'ANY /v1/audit/events/{event_id} ReadApi',
      'ANY /v1/audit/receipts/{id} ReadApi',
      'ANY /v1/audit/log/{proxy+} ReadApi',
      'ANY /v1/audit/quarantine ReadApi',
      'ANY /{proxy+} ReadApi',
    ]),
  );
});

test('what admin-api answers is sent to it: a route that nobody sends there would be an unknown path', () => {
  const paths = Object.keys(resources).map((Ref) => pathOf({ Ref }));
  const answered = adminRoutes({} as AdminApi).map(({ path }) => path.split('/').slice(0, 4).join('/'));
  expect(paths).toEqual(expect.arrayContaining([...new Set(answered)]));
});

test('bodies arrive as they were sent', () => {
  template.hasResourceProperties('AWS::ApiGateway::RestApi', {
    BinaryMediaTypes: ['*/*'],
    EndpointConfiguration: { Types: ['REGIONAL'] },
  });
});

test("a tenant can use up its own share of requests and no other's", () => {
  template.hasResourceProperties('AWS::ApiGateway::Stage', {
    StageName: 'live',
    MethodSettings: [
      Match.objectLike({
        HttpMethod: '*',
        ResourcePath: '/*',
        ThrottlingRateLimit: 100,
        ThrottlingBurstLimit: 200,
        DataTraceEnabled: false,
        LoggingLevel: 'OFF',
      }),
    ],
  });
});

test('the access log holds no path, query string or header', () => {
  const [stage] = Object.values(template.findResources('AWS::ApiGateway::Stage'));
  const format: string = stage?.Properties.AccessLogSetting.Format;
  expect(Object.values<string>(JSON.parse(format)).sort()).toEqual([
    '$context.error.responseType',
    '$context.httpMethod',
    '$context.identity.sourceIp',
    '$context.requestId',
    '$context.requestTime',
    '$context.resourcePath',
    '$context.responseLatency',
    '$context.status',
  ]);
});
