import type { Verdict } from '../../../../core/receipt/verify.ts';

/** Something that shows an answer to be true, and whether it did. */
export interface Evidence {
  readonly verified: boolean;
  /** What was checked, in a sentence; what failed, where it did not verify. */
  readonly says: string;
  /** A file in the folder of the simulation that a reader can verify again. */
  readonly file?: string;
}

/** What came of a question. */
export interface Answered {
  /** The answer in a sentence of plain text. */
  readonly headline: string;
  /** Blocks of Markdown; whatever comes from the tenant's data is escaped already. */
  readonly answer: readonly string[];
  readonly evidence: readonly Evidence[];
  /** Why the answer is missing or wrong. Empty where it is neither. */
  readonly faults: readonly string[];
}

/** Collects an answer. */
export class AnswerBook implements Answered {
  headline = '';
  readonly answer: string[] = [];
  readonly evidence: Evidence[] = [];
  readonly faults: string[] = [];

  say(...blocks: readonly string[]): void {
    this.answer.push(...blocks);
  }

  fault(why: string): void {
    this.faults.push(why);
  }

  /** Notes what the verifier said of `what`. */
  verdict(what: string, verdict: Verdict, file?: string): void {
    const says = verdict.verified ? what : `${what}: ${verdict.failure.code}, ${verdict.failure.meaning}`;
    this.evidence.push({ verified: verdict.verified, says, ...(file !== undefined && { file }) });
  }

  check(verified: boolean, says: string, file?: string): void {
    this.evidence.push({ verified, says, ...(file !== undefined && { file }) });
  }
}

/** Whether a question was answered, and every piece of evidence verified. */
export function stands({ evidence, faults }: Answered): boolean {
  return faults.length === 0 && evidence.length > 0 && evidence.every(({ verified }) => verified);
}
