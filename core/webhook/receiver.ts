import { z } from 'zod';
import { SIGNATURES } from './signature.ts';

const signed = { signature: z.enum(SIGNATURES).default('v1') };
const guid = () =>
  z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'expected a GUID such as Entra shows');

/** Azure Monitor's Logs Ingestion API: the data collection rule, and the application that may write to it. */
const sentinelSchema = z.strictObject({
  kind: z.literal('sentinel'),
  directory_id: guid(),
  client_id: guid(),
  rule_id: z
    .string()
    .regex(/^dcr-[0-9a-f]{32}$/, 'expected the immutable id of a data collection rule: dcr-…'),
  stream: z.string().regex(/^Custom-[A-Za-z0-9_]{1,100}$/, 'expected the name of a stream: Custom-…'),
  cloud: z.enum(['public', 'government', 'china']).default('public'),
});
export type SentinelReceiver = z.output<typeof sentinelSchema>;

/** What is sent, and in which form: the fields that go with each kind of receiver. */
export const receiverSchema = z.discriminatedUnion('kind', [
  /** Records with their proofs, signed as Standard Webhooks says. */
  z.strictObject({ kind: z.literal('standard'), ...signed }),
  /** An array of OCSF events, signed the same way. */
  z.strictObject({ kind: z.literal('ocsf'), ...signed }),
  /** Splunk's HTTP Event Collector. */
  z.strictObject({
    kind: z.literal('splunk-hec'),
    ack: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether the token has indexer acknowledgement on: then it is waited for.' }),
    index: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,79}$/, 'expected the name of an index')
      .optional(),
  }),
  /** The bulk API of Elasticsearch. */
  z.strictObject({
    kind: z.literal('elastic-bulk'),
    data_stream: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'expected the name of a data stream: lower case, without spaces'),
  }),
  sentinelSchema,
]);
export type Receiver = z.output<typeof receiverSchema>;
export type WebhookKind = Receiver['kind'];
