import { AuditError } from '../../core/errors.ts';
import type { AskWitness } from '../../core/witness/cosign.ts';
import { postPublic } from './public-post.ts';

const MAX_ANSWER = 16_384; // a handful of signature lines

/** Asks witnesses as everything outside is asked: over https, at public addresses alone (docs/adr/egress.md). */
export function httpWitness({ loopback }: { loopback: boolean }): AskWitness {
  return async (prefix, body) => {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    const url = `${prefix}/add-checkpoint`;
    const answer = await postPublic({ url, headers, body, answer: MAX_ANSWER }, { loopback });
    if (answer.answered) return { status: answer.status, body: Buffer.from(answer.body).toString() };
    const refused = answer.problem === 'address_refused';
    throw new AuditError(
      'unavailable',
      refused ? 'a witness is asked over https alone, at a public address' : 'the witness does not answer',
      { cause: new Error(answer.problem) },
    );
  };
}
