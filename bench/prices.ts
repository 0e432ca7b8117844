/**
 * List prices in US dollars of us-east-1, on demand, looked up on the day below. Replace them by those of your Region and
 * contract: every figure that is computed from a price takes it from here.
 */
export const PRICES = {
  lookedUp: '2026-11-24',
  /** A signature by an asymmetric key. */
  kmsSignature: 0.15 / 10_000,
  dynamoWriteUnit: 0.625 / 1e6,
  dynamoReadUnit: 0.125 / 1e6,
  /** A gigabyte and month of the standard table class. */
  dynamoGigabyteMonth: 0.25,
  s3Put: 0.005 / 1_000,
  s3Get: 0.0004 / 1_000,
  s3GigabyteMonth: 0.023,
  /** Glacier Instant Retrieval, and Deep Archive, which nothing here uses. */
  s3InstantGigabyteMonth: 0.004,
  s3DeepGigabyteMonth: 0.00099,
  eventBridgeEvent: 1 / 1e6,
  /** A request of up to 64 KB. */
  sqsRequest: 0.4 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** A gigabyte and second on arm64. */
  lambdaGigabyteSecond: 0.0000133334,
} as const;
