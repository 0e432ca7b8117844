/** What outlives a tenant's stack, as its removal policies say, by physical ids. */
export interface Kept {
  /** Addresses. */
  queues: string[];
  tables: string[];
  secrets: string[];
  work: string;
  archive: string;
  /** Ids of KMS keys. */
  keys: string[];
}

export interface StackFound {
  /** Its ARN, which no later stack of the same name has. */
  id: string;
  state: 'live' | 'deleting' | 'failed' | 'gone';
  /** CloudFormation's word on it, where it gave one. */
  reason?: string;
}

/** A version of an object, or a marker. */
export interface Version {
  key: string;
  id: string;
  marker: boolean;
  bytes: number;
}

/** `until`: milliseconds since the Unix epoch. */
export interface Lock {
  until?: number;
  /** S3's own legal hold. */
  held: boolean;
}

/** Where the next page begins; S3 needs both. */
export interface Place {
  key: string;
  id: string;
}

/**
 * What a tenant has in its AWS account, and what ends it. Deleting what is gone already is done; everything else that is
 * not done throws. Nothing here asks whether it may: `destroy` does.
 */
export interface Holdings {
  /** Whose credentials these are, 12 digits. */
  account(): Promise<string>;
  /** By its name, where it stands; by its id also one that is gone. */
  stack(nameOrId: string): Promise<StackFound | undefined>;
  kept(stackId: string): Promise<Kept>;
  /** Takes its termination protection away and asks for its end, which comes later. */
  deleteStack(stackId: string): Promise<void>;
  deleteQueue(url: string): Promise<void>;
  /** Takes its deletion protection away first. */
  deleteTable(name: string): Promise<void>;
  /** It can be restored for 30 days. */
  deleteSecret(arn: string): Promise<void>;
  /** Versions and markers, oldest key first; none of a bucket that is gone. */
  page(bucket: string, after?: Place): Promise<{ versions: Version[]; next?: Place }>;
  lockOf(bucket: string, version: Version): Promise<Lock>;
  /** Takes the bucket's policy away, which refuses deletion to everybody but a function that is gone. */
  liftPolicy(bucket: string): Promise<void>;
  /** By version, at most 1,000. Throws `conflict` where S3 refuses one. */
  deleteVersions(bucket: string, versions: readonly Version[]): Promise<void>;
  deleteBucket(bucket: string): Promise<void>;
  /** When it ends, milliseconds since the Unix epoch; undefined where its policy refuses these credentials. */
  scheduleKey(keyId: string): Promise<number | undefined>;
}
