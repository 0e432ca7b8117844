import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { CodeProvider, FunctionName } from '../bundle.ts';
import { acknowledgeObjects } from './acknowledge-objects.ts';

interface IsolatedFunctionProps {
  name: FunctionName;
  code: CodeProvider;
  variables: Record<string, string>;
  timeout: Duration;
  memorySize: number;
}

/** A function with a role and a log group of its own; what it may do is what `allow` is given, nothing else. */
export class IsolatedFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(
    scope: Construct,
    id: string,
    { name, code, variables, timeout, memorySize }: IsolatedFunctionProps,
  ) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.function = new LambdaFunction(this, 'Function', {
      description: `${name} of the audit trail`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: code(name),
      role: this.role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      timeout,
      memorySize,
      environment: {
        ...variables,
        NODE_OPTIONS: '--enable-source-maps',
        // Names the function in the user agent of its AWS calls, so that CloudTrail and cost counts tell them apart.
        AWS_SDK_UA_APP_ID: name,
        POWERTOOLS_SERVICE_NAME: name,
      },
    });
    this.allow({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [this.logGroup.logGroupArn],
    });
  }

  allow(statement: {
    actions: string[];
    resources: string[];
    conditions?: Record<string, Record<string, unknown>>;
  }): void {
    this.permit(new PolicyStatement(statement));
  }

  /** `actions` on the objects of `bucket` under `prefixes`, each without its slash. */
  allowUnder(bucket: Bucket, prefixes: readonly string[], actions: string[]): void {
    this.allow({ actions, resources: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}/*`)) });
    acknowledgeObjects(
      this.role,
      bucket,
      prefixes.map((prefix) => `${prefix}/*`),
      'Objects have no other name than by prefix.',
    );
  }

  permit(statement: PolicyStatement): void {
    this.role.addToPolicy(statement);
  }
}
