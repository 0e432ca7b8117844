import type { Context, SQSEvent } from 'aws-lambda';
import { AuditError, isAuditError } from '../../core/errors.ts';
import { type Call, watchCalls } from './calls.ts';
import { logToStdout, nameInvocation } from './http/log-line.ts';
import { PRODUCT_VERSION } from './internal-queue.ts';
import { describeError } from './logger.ts';
import { isKept, newTrace, parseTraceHeader, type Run, type TraceContext, toOtlp } from './trace.ts';
import { environment } from './wire-api.ts';

/** Calls of the run that is under way: a function has one at a time. */
let calls: Call[] = [];
watchCalls((call) => calls.push(call));

/**
 * What every handler is wrapped in: its lines name the invocation, a run that is worth it leaves its trace, and an error
 * that it throws reaches Lambda's log without the message of whoever made it, which may quote what a tenant sent.
 */
export function observed<Event, Result>(
  service: string,
  handler: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  return async (event, context) => {
    nameInvocation(context.awsRequestId);
    calls = [];
    const start = Date.now();
    let failed = true;
    try {
      const result = await handler(event, context);
      failed = false;
      return result;
    } catch (error) {
      logToStdout({ level: 'ERROR', message: 'the function failed', ...describeError(error) });
      throw withoutContent(error);
    } finally {
      tell({ service, start, end: Date.now(), failed, calls, links: linksOf(event) });
    }
  };
}

function tell(run: Omit<Run, 'context' | 'tenantId' | 'version'>): void {
  const context = parseTraceHeader(environment._X_AMZN_TRACE_ID) ?? newTrace();
  const told = { ...run, context, tenantId: environment.TENANT_ID ?? '', version: PRODUCT_VERSION };
  if (isKept(told)) process.stdout.write(`${JSON.stringify(toOtlp(told))}\n`);
}

/** What Lambda logs of an error is its name, message and stack. Messages of ours name no value of a tenant's. */
function withoutContent(error: unknown): Error {
  if (isAuditError(error)) return new AuditError(error.code, error.message);
  const told = new Error('the line before says what');
  told.name = error instanceof Error ? error.name : 'Error';
  told.stack = `${told.name}: ${told.message}`;
  return told;
}

/** The traces of a batch's messages, each once. */
function linksOf(event: unknown): TraceContext[] {
  const { Records } = (typeof event === 'object' && event !== null ? event : {}) as Partial<SQSEvent>;
  const links = new Map<string, TraceContext>();
  for (const { attributes } of Array.isArray(Records) ? Records : []) {
    const context = parseTraceHeader(attributes?.AWSTraceHeader);
    if (context) links.set(context.traceId, context);
  }
  return [...links.values()];
}
