import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AuditError } from '../../../../core/errors.ts';
import { type Trust, verifyKeyChain } from '../../../../core/receipt/key-chain.ts';
import type { LogFiles } from '../../../../core/receipt/verify-tiles.ts';
import type { Send } from '../../isolation/routes/http.ts';
import type { ExportClient } from '../../tenant/export-client.ts';

/** The tenant's API, as somebody outside has it: addresses and a token, and nothing else. */
export interface TenantApi {
  readonly tenantId: string;
  readonly consoleUrl: string;
  readonly token: string;
  readonly send: Send;
  readonly log: LogFiles;
  readonly exports: Pick<ExportClient, 'create' | 'finished' | 'download'>;
  /** The log's first verifier key, from elsewhere than the API that it is to judge. */
  readonly verifierKey: string;
  /** Milliseconds. */
  readonly now: () => number;
}

const problemSchema = z.object({ code: z.string(), detail: z.string() });

/** One run of the simulation: what was asked is noted, what came back is kept in a folder. */
export class Session {
  readonly api: TenantApi;
  readonly directory: string;
  /** What has been asked since it was last taken, a line each. */
  #asked: string[] = [];
  #trust: Trust | undefined;

  constructor(api: TenantApi, directory: string) {
    this.api = api;
    this.directory = directory;
  }

  /** JSON of the API. Throws what the API's problem says. */
  async get(path: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const search = new URLSearchParams(query).toString();
    this.note(`GET ${path}${search === '' ? '' : `?${decodeURIComponent(search)}`}`);
    const authorization = `Bearer ${this.api.token}`;
    const { status, text } = await this.api.send({ method: 'GET', path, query, authorization });
    const json: unknown = parsed(text);
    if (status === 200) return json;
    const problem = problemSchema.safeParse(json);
    const { code = 'no code', detail = '' } = problem.success ? problem.data : {};
    throw new AuditError('unavailable', `GET ${path} answered ${status} (${code}) ${detail}`.trimEnd());
  }

  note(asked: string): void {
    this.#asked.push(asked);
  }

  takeAsked(): string[] {
    return this.#asked.splice(0);
  }

  /** Keeps an answer, so that a reader can verify it again; returns its name. */
  async keep(name: string, content: string): Promise<string> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeFile(join(this.directory, name), content, { mode: 0o600 });
    return name;
  }

  /** The keys that follow from the verifier key, as far as the API shows them to. */
  async trust(): Promise<Trust> {
    this.#trust ??= await this.#readTrust();
    return this.#trust;
  }

  async #readTrust(): Promise<Trust> {
    const { verifierKey } = this.api;
    await this.keep('verifier-key', `${verifierKey}\n`);
    const keys = await this.get('/v1/audit/log/keys');
    const verdict = verifyKeyChain(keys, verifierKey);
    if (!verdict.ok)
      throw new AuditError('integrity', `The chain of keys does not follow: ${verdict.reason}.`);
    if (verdict.chain.keys.length === 1) return verifierKey;
    await this.keep('keys.json', JSON.stringify(keys));
    return verdict.chain;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
