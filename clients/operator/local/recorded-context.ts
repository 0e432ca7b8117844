/** IAM condition keys and their values. */
export type RecordedContext = Readonly<Record<string, string | readonly string[]>>;

type Json = Readonly<Record<string, unknown>>;
type WithContext = { context?: RecordedContext };

/** Headers of an S3 request that policies may ask about. */
const S3_HEADERS: Readonly<Record<string, string>> = {
  'x-amz-object-lock-mode': 's3:object-lock-mode',
  'x-amz-object-lock-retain-until-date': 's3:object-lock-retain-until-date',
  'x-amz-object-lock-legal-hold': 's3:object-lock-legal-hold',
};

/** What an S3 request says of the lock of the object that it puts. */
export function s3Context(headers: Readonly<Record<string, string | string[] | undefined>>): WithContext {
  const found = Object.entries(S3_HEADERS).flatMap(([header, key]) => {
    const value = headers[header];
    return typeof value === 'string' ? [[key, value] as const] : [];
  });
  return given(Object.fromEntries(found));
}

/** How a KMS request wants something signed. */
export function kmsContext(input: Json): WithContext {
  const { SigningAlgorithm: algorithm, MessageType: type } = input;
  return given({
    ...(typeof algorithm === 'string' && { 'kms:SigningAlgorithm': algorithm }),
    ...(typeof type === 'string' && { 'kms:MessageType': type }),
  });
}

/** The partition keys that a DynamoDB request names; that of all our tables is `pk`. */
export function dynamoContext(request: Json): WithContext {
  const keys = [
    ...partsOf(request)
      .flatMap(itemsOf)
      .map(({ pk }) => stringOf(pk)),
    conditionKey(request),
  ];
  const named = [...new Set(keys)].filter((key) => key !== undefined);
  return given(named.length === 0 ? {} : { 'dynamodb:LeadingKeys': named });
}

/** The request itself, or what a batch asks of each table: `{Keys}`, or a list of `{PutRequest: {Item}}` and the like. */
function partsOf(request: Json): Json[] {
  return 'RequestItems' in request
    ? [request.RequestItems]
        .filter(isObject)
        .flatMap((tables) => Object.values(tables))
        .flat()
        .filter(isObject)
        .flatMap((part) => ('Keys' in part ? [part] : Object.values(part).filter(isObject)))
    : [request];
}

function itemsOf({ Key, Item, Keys }: Json): Json[] {
  return [Key, Item, Keys].flat().filter(isObject);
}

/** The partition key in `pk = :value`, with which the key condition of a query begins. */
function conditionKey({ KeyConditionExpression: condition, ExpressionAttributeValues: values }: Json) {
  const [, placeholder = ''] = /^pk = (:\w+)/.exec(String(condition ?? '')) ?? [];
  return isObject(values) ? stringOf(values[placeholder]) : undefined;
}

/** A string in DynamoDB's JSON: `{"S": "…"}`. */
function stringOf(value: unknown): string | undefined {
  return isObject(value) && typeof value.S === 'string' ? value.S : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function given(context: RecordedContext): WithContext {
  return Object.keys(context).length === 0 ? {} : { context };
}
