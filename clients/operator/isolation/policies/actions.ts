/**
 * What somebody would do with another tenant's resource, by its type: read and write what it holds, take it over, end
 * it. Actions that our own policies name anywhere are tried besides.
 */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::RestApi': ['apigateway:GET', 'apigateway:PATCH', 'apigateway:DELETE'],
  'AWS::Athena::WorkGroup': [
    'athena:StartQueryExecution',
    'athena:GetQueryResults',
    'athena:ListQueryExecutions',
    'athena:UpdateWorkGroup',
    'athena:DeleteWorkGroup',
  ],
  'AWS::DynamoDB::Table': [
    'dynamodb:GetItem',
    'dynamodb:BatchGetItem',
    'dynamodb:Query',
    'dynamodb:Scan',
    'dynamodb:PartiQLSelect',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:BatchWriteItem',
    'dynamodb:ExportTableToPointInTime',
    'dynamodb:RestoreTableToPointInTime',
    'dynamodb:UpdateTable',
    'dynamodb:DeleteTable',
    'dynamodb:PutResourcePolicy',
  ],
  'AWS::Events::EventBus': [
    'events:PutEvents',
    'events:PutRule',
    'events:PutPermission',
    'events:DeleteEventBus',
  ],
  'AWS::Glue::Database': [
    'glue:GetDatabase',
    'glue:UpdateDatabase',
    'glue:DeleteDatabase',
    'glue:CreateTable',
  ],
  'AWS::Glue::Table': ['glue:GetTable', 'glue:UpdateTable', 'glue:DeleteTable'],
  'AWS::IAM::Role': ['sts:AssumeRole', 'iam:PassRole', 'iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy'],
  'AWS::KMS::Key': [
    'kms:Sign',
    'kms:Decrypt',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:GetPublicKey',
    'kms:ReEncryptFrom',
    'kms:CreateGrant',
    'kms:PutKeyPolicy',
    'kms:DisableKey',
    'kms:ScheduleKeyDeletion',
  ],
  'AWS::Lambda::Function': [
    'lambda:InvokeFunction',
    'lambda:GetFunction',
    'lambda:UpdateFunctionCode',
    'lambda:UpdateFunctionConfiguration',
    'lambda:AddPermission',
  ],
  'AWS::Logs::LogGroup': [
    'logs:PutLogEvents',
    'logs:GetLogEvents',
    'logs:FilterLogEvents',
    'logs:DeleteLogGroup',
  ],
  'AWS::S3::Bucket': [
    's3:GetObject',
    's3:GetObjectVersion',
    's3:PutObject',
    's3:PutObjectRetention',
    's3:DeleteObject',
    's3:DeleteObjectVersion',
    's3:BypassGovernanceRetention',
    's3:ListBucket',
    's3:ListBucketVersions',
    's3:PutBucketPolicy',
    's3:DeleteBucket',
  ],
  'AWS::SecretsManager::Secret': [
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:DeleteSecret',
    'secretsmanager:PutResourcePolicy',
  ],
  'AWS::SNS::Topic': ['sns:Publish', 'sns:Subscribe', 'sns:SetTopicAttributes'],
  'AWS::SSM::Parameter': [
    'ssm:GetParameter',
    'ssm:GetParameters',
    'ssm:GetParametersByPath',
    'ssm:GetParameterHistory',
    'ssm:PutParameter',
    'ssm:DeleteParameter',
  ],
  'AWS::SQS::Queue': [
    'sqs:SendMessage',
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:PurgeQueue',
    'sqs:GetQueueAttributes',
    'sqs:SetQueueAttributes',
    'sqs:DeleteQueue',
  ],
};

/** Every action that is tried on a resource of `type`; `granted` are those that some policy names. */
export function actionsOn(type: string, granted: ReadonlySet<string>): string[] {
  const listed = ACTIONS[type] ?? [];
  const [, ofType = ''] = type.toLowerCase().split('::');
  const services = new Set([ofType, ...listed.map((action) => action.slice(0, action.indexOf(':')))]);
  const more = [...granted].filter((action) =>
    services.has(action.slice(0, action.indexOf(':')).toLowerCase()),
  );
  return [...new Set([...listed, ...more])];
}
