import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ApiFunctions } from './api-functions.ts';
import type { IsolatedFunction } from './isolated-function.ts';

/** One tenant's share of the account's 10,000 requests a second. */
const REQUESTS_PER_SECOND = 100;
const BURST = 200;

/** What is logged of a request: the route and the outcome, never a path, query string, header or body. */
const ACCESS_LOG = {
  request_id: '$context.requestId',
  time: '$context.requestTime',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  error: '$context.error.responseType',
  latency_ms: '$context.responseLatency',
  source_ip: '$context.identity.sourceIp',
};

/** The tenant's own REST API: regional, throttled, a proxy for each function. */
export class HttpApi extends Construct {
  readonly api: RestApi;
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, functions: ApiFunctions) {
    super(scope, id);
    this.accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.api = new RestApi(this, 'Api', {
      // Its metrics go by this name.
      restApiName: Stack.of(this).stackName,
      endpointTypes: [EndpointType.REGIONAL],
      binaryMediaTypes: ['*/*'],
      // The account's one setting that lets API Gateway write logs. Every tenant's stack asks for it and
      // leaves it behind, so that the order in which tenants come and go does not matter.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: 'live',
        throttlingRateLimit: REQUESTS_PER_SECOND,
        throttlingBurstLimit: BURST,
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        accessLogDestination: new LogGroupLogDestination(this.accessLog),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    this.route(functions);
    this.acknowledge();
  }

  private route({ ingestApi, readApi, adminApi }: ApiFunctions): void {
    const ingest = integrate(ingestApi);
    const read = integrate(readApi);
    const admin = integrate(adminApi);

    const root = this.api.root;
    const v1 = root.addResource('v1');
    const audit = v1.addResource('audit');
    const events = audit.addResource('events');
    events.addMethod('POST', ingest);
    events.addResource('{event_id}').addMethod('ANY', read);
    const otlp = v1.addResource('otlp');
    const traces = otlp.addResource('v1').addResource('traces');
    traces.addMethod('POST', ingest);
    const receipts = audit.addResource('receipts');
    receipts.addResource('{id}').addMethod('ANY', read);
    const log = audit.addResource('log');
    log.addResource('{proxy+}').addMethod('ANY', read);
    const quarantine = audit.addResource('quarantine');
    for (const name of [
      'tokens',
      'emitters',
      'exports',
      'retention-policy',
      'legal-holds',
      'erasures',
      'webhooks',
    ]) {
      const resource = audit.addResource(name);
      resource.addMethod('ANY', admin);
      resource.addResource('{proxy+}').addMethod('ANY', admin);
    }
    // Whatever else is asked for: read-api answers 401 without a token, before routing, else 404 or 405.
    for (const resource of [root, v1, audit, events, receipts, log, quarantine, otlp, traces])
      resource.addMethod('ANY', read);
    for (const parent of [root, v1, audit]) parent.addResource('{proxy+}').addMethod('ANY', read);
  }

  private acknowledge(): void {
    const why = (id: string, reason: string) => Validations.of(this.api).acknowledge({ id, reason });
    const TOKENS =
      'The functions check bearer tokens, or claims, in one shared middleware; API Gateway holds no keys.';
    why('AwsSolutions-APIG2', 'Bodies are parsed by the schemas that the OpenAPI document is made from.');
    why('AwsSolutions-APIG3', "WAF is the tenant file's choice; throttling and tokens hold without it.");
    why('AwsSolutions-APIG4', TOKENS);
    why('AwsSolutions-COG4', TOKENS);
    why(
      'AwsSolutions-APIG6',
      'Execution logs carry headers, tokens included; the access log carries neither.',
    );
    why(
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      'The logging role of API Gateway, one setting an account, with the policy that AWS prescribes for it.',
    );
  }
}

/** One permission for the whole API instead of one a method. */
function integrate({ function: handler }: IsolatedFunction): LambdaIntegration {
  return new LambdaIntegration(handler, { scopePermissionToMethod: false });
}
