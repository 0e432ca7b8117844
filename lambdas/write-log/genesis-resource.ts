import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { utf8 } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';

const TIMEOUT_MS = 10_000;
const LONGEST_REASON = 1_000; // CloudFormation takes 4 KB in all

type Answer = { Status: 'SUCCESS' } | { Status: 'FAILED'; Reason: string };

/**
 * The stack's custom resource: a log is opened when it is created, and neither an update nor a deletion changes what is
 * in it. CloudFormation hears of failure by the answer; only an answer that can't be delivered throws.
 */
export async function handleGenesis(
  event: CloudFormationCustomResourceEvent,
  origin: string,
  open: () => Promise<unknown>,
): Promise<void> {
  const answer = event.RequestType === 'Create' ? await attempt(open) : ({ Status: 'SUCCESS' } as const);
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  const response = await fetch(ResponseURL, {
    method: 'PUT',
    headers: { 'content-type': '' }, // the address is presigned for an empty type
    body: utf8(
      JSON.stringify({ ...answer, PhysicalResourceId: origin, StackId, RequestId, LogicalResourceId }),
    ),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok)
    throw new AuditError('unavailable', `CloudFormation did not take the answer: ${response.status}`);
}

async function attempt(open: () => Promise<unknown>): Promise<Answer> {
  try {
    await open();
    return { Status: 'SUCCESS' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { Status: 'FAILED', Reason: `the log could not be opened: ${reason}`.slice(0, LONGEST_REASON) };
  }
}
