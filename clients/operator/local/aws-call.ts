import type { RecordedContext } from './recorded-context.ts';

/** A request as it came in; header names in lower case. */
export interface IncomingCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What IAM would be asked about one call: `action` without the service's prefix, resources as ARNs where it names any. */
export interface AwsCall {
  readonly service: string;
  readonly action: string;
  readonly resources: readonly string[];
  /** Condition keys that our policies ask for, of which the emulator knows hardly any. */
  readonly context?: RecordedContext;
}
