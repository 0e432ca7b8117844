import { main } from '../../../clients/verifier/main.ts';

/** What the command says to these arguments, in this process. */
export async function runVerifier(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { status, out, err };
}
