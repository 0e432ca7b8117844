import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';

/** Takes the attribute `unrecorded` off an item of the control table, unless another act has set it anew. */
export async function clearMark(
  client: DynamoDBDocumentClient,
  table: string,
  key: { pk: string; sk: string },
  unrecorded: string,
): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: key,
        UpdateExpression: 'REMOVE unrecorded',
        ConditionExpression: 'unrecorded = :unrecorded',
        ExpressionAttributeValues: { ':unrecorded': unrecorded },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error; // somebody else took it off
  }
}
