/**
 * What CloudFormation calls to make, read, change and, where a stack does not retain it, delete a resource: the
 * permissions of the handlers in CloudFormation's registry, as far as our stacks use the type. Each with the form of the
 * resource that it names where that is not the resource's own ARN.
 */
export const CLOUDFORMATION_NEEDS: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::Account': of('apigateway', 'GET PATCH'),
  'AWS::ApiGateway::Deployment': of('apigateway', 'POST GET DELETE'),
  'AWS::ApiGateway::Method': of('apigateway', 'PUT GET DELETE'),
  'AWS::ApiGateway::Resource': of('apigateway', 'POST GET DELETE'),
  'AWS::ApiGateway::RestApi': of('apigateway', 'POST GET PATCH PUT'),
  'AWS::ApiGateway::Stage': of('apigateway', 'POST GET PATCH PUT'),
  'AWS::Athena::WorkGroup': of(
    'athena',
    'CreateWorkGroup GetWorkGroup UpdateWorkGroup DeleteWorkGroup TagResource UntagResource ListTagsForResource',
  ),
  'AWS::CloudTrail::Trail': of(
    'cloudtrail',
    'CreateTrail StartLogging PutEventSelectors AddTags GetTrail GetTrailStatus GetEventSelectors ListTags UpdateTrail RemoveTags',
  ),
  'AWS::Budgets::Budget': of('budgets', 'ModifyBudget ViewBudget'),
  'AWS::CloudWatch::Dashboard': of('cloudwatch', 'PutDashboard GetDashboard DeleteDashboards'),
  'AWS::CloudWatch::Alarm': of(
    'cloudwatch',
    'PutMetricAlarm DescribeAlarms DeleteAlarms ListTagsForResource',
  ),
  'AWS::DynamoDB::Table': [
    ...of(
      'dynamodb',
      'CreateTable DescribeTable DescribeTimeToLive UpdateTimeToLive UpdateContinuousBackups DescribeContinuousBackups ' +
        'DescribeContributorInsights DescribeKinesisStreamingDestination GetResourcePolicy TagResource ListTagsOfResource UpdateTable UntagResource',
    ),
  ],
  'AWS::Events::EventBus': of(
    'events',
    'CreateEventBus DescribeEventBus UpdateEventBus ListTagsForResource TagResource',
  ),
  'AWS::Events::Rule': of(
    'events',
    'PutRule DescribeRule PutTargets RemoveTargets ListTargetsByRule DeleteRule TagResource ListTagsForResource EnableRule DisableRule',
  ),
  'AWS::Glue::Database': of('glue', 'CreateDatabase GetDatabase UpdateDatabase DeleteDatabase'),
  'AWS::Glue::Table': of('glue', 'CreateTable GetTable UpdateTable DeleteTable'),
  'AWS::IAM::Policy': [],
  'AWS::IAM::Role': of(
    'iam',
    'CreateRole GetRole GetRolePolicy PutRolePolicy DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies ' +
      'TagRole UntagRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole',
  ),
  'AWS::KMS::Key': of(
    'kms',
    'DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags EnableKeyRotation DisableKeyRotation PutKeyPolicy ' +
      'TagResource UntagResource UpdateKeyDescription',
  ),
  'AWS::Lambda::EventSourceMapping': [],
  'AWS::Lambda::Function': of(
    'lambda',
    'CreateFunction GetFunction GetFunctionCodeSigningConfig UpdateFunctionCode UpdateFunctionConfiguration ' +
      'PutFunctionConcurrency ListTags TagResource UntagResource DeleteFunction',
  ),
  'AWS::Lambda::Permission': [],
  'AWS::Logs::LogGroup': of(
    'logs',
    'CreateLogGroup PutRetentionPolicy TagResource UntagResource ListTagsForResource',
  ),
  'AWS::Logs::MetricFilter': [],
  'AWS::S3::Bucket': of(
    's3',
    'CreateBucket PutBucketTagging PutBucketVersioning PutBucketObjectLockConfiguration PutBucketOwnershipControls ' +
      'PutBucketPublicAccessBlock PutEncryptionConfiguration PutLifecycleConfiguration GetBucketVersioning GetBucketTagging ' +
      'GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPublicAccessBlock GetEncryptionConfiguration ' +
      'GetLifecycleConfiguration ListBucket',
  ),
  'AWS::S3::BucketPolicy': [],
  'AWS::SNS::Subscription': [],
  'AWS::SNS::Topic': of(
    'sns',
    'CreateTopic TagResource Subscribe GetTopicAttributes SetTopicAttributes ListSubscriptionsByTopic ListTagsForResource GetDataProtectionPolicy',
  ),
  'AWS::SNS::TopicPolicy': [],
  'AWS::SQS::Queue': of(
    'sqs',
    'CreateQueue GetQueueUrl GetQueueAttributes SetQueueAttributes ListQueueTags TagQueue UntagQueue',
  ),
  'AWS::SQS::QueuePolicy': [],
  'AWS::SecretsManager::Secret': of(
    'secretsmanager',
    'DescribeSecret UpdateSecret TagResource UntagResource',
  ),
};

/** What is called on a part is called on the whole that it is a part of. */
export const PARTS_NEED: Readonly<Record<string, { of: string; needs: readonly string[] }>> = {
  'AWS::IAM::Policy': {
    of: 'AWS::IAM::Role',
    needs: of('iam', 'PutRolePolicy GetRolePolicy DeleteRolePolicy'),
  },
  'AWS::Lambda::Permission': {
    of: 'AWS::Lambda::Function',
    needs: of('lambda', 'AddPermission GetPolicy RemovePermission'),
  },
  'AWS::Logs::MetricFilter': {
    of: 'AWS::Logs::LogGroup',
    needs: of('logs', 'PutMetricFilter DeleteMetricFilter'),
  },
  'AWS::S3::BucketPolicy': { of: 'AWS::S3::Bucket', needs: of('s3', 'PutBucketPolicy GetBucketPolicy') },
  'AWS::SNS::Subscription': {
    of: 'AWS::SNS::Topic',
    needs: of('sns', 'Subscribe GetSubscriptionAttributes Unsubscribe'),
  },
  'AWS::SNS::TopicPolicy': { of: 'AWS::SNS::Topic', needs: of('sns', 'SetTopicAttributes') },
  'AWS::SQS::QueuePolicy': {
    of: 'AWS::SQS::Queue',
    needs: of('sqs', 'SetQueueAttributes GetQueueAttributes'),
  },
};

function of(service: string, actions: string): string[] {
  return actions.split(' ').map((action) => `${service}:${action}`);
}
