import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withConnection } from '../../../../clients/operator/tenant/connect.ts';
import type { DeployedTenant } from '../../../../clients/operator/tenant/locate.ts';
import { type Left, offboard } from '../../../../clients/operator/tenant/offboard.ts';
import { utf8 } from '../../../../core/encoding.ts';
import { eventIdSchema } from '../../../../core/event/ids.ts';
import type { ExportJob } from '../../../../core/export/export-job.ts';
import { findRecord } from '../../../../core/query/receipt.ts';
import { Acts } from '../../../../lambdas/admin-api/acts.ts';
import { adminRoutes } from '../../../../lambdas/admin-api/admin-api.ts';
import { answerOperator, asOperatorInvocation } from '../../../../lambdas/admin-api/operator.ts';
import { AccessLog } from '../../../../lambdas/shared/http/access-log.ts';
import { ExportWorld } from '../../../core/export/export-world.ts';
import { adminApiOf, DEPLOYED } from '../../../lambdas/admin-api/admin-world.ts';
import { ApiWorld } from '../../../lambdas/shared/api-world.ts';
import { madeZip } from '../../../support/made-zip.ts';
import { MemoryHolds } from '../../../support/memory-holds.ts';
import { MemoryPolicies } from '../../../support/memory-policies.ts';
import { OWN_KEYS } from '../../../support/own-log.ts';

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/**
 * A tenant with its log, administration and exports, behind a server that speaks to the clients that the command has. A test may
 * cut the connection at any request, before or after it was done.
 */
export class LeavingWorld {
  readonly api = new ApiWorld();
  readonly policies = new MemoryPolicies();
  readonly holds = new MemoryHolds();
  /** Every request that came, in order. */
  readonly steps: string[] = [];
  /** The request (counted from 0) whose answer never comes, and whether it is done all the same. */
  cut: { at: number; done: boolean } | undefined;
  /** Messages in the ingest queue: one less at each look. */
  waiting = 0;
  readonly exports: ExportWorld;
  readonly #admin: ReturnType<typeof adminRoutes>;

  private constructor(exports: ExportWorld) {
    this.exports = exports;
    const { cloud } = exports.intake;
    const clock = { now: () => this.api.now };
    this.#admin = adminRoutes(
      adminApiOf(this.api, {
        retention: { policies: this.policies, deployed: DEPLOYED },
        holds: {
          registry: this.holds,
          keys: async () => OWN_KEYS,
          heads: cloud.heads(),
          table: cloud.table(),
        },
        acts: new Acts(exports.exporter.outbox, clock, this.api.random),
      }),
    );
  }

  static async open(): Promise<LeavingWorld> {
    return new LeavingWorld(await ExportWorld.open(2));
  }

  /** Runs what the command runs, with `directory` as its folder. */
  async offboard(directory: string): Promise<Left> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        this.#hear(request.method ?? '', request.url ?? '', request.headers, Buffer.concat(parts).toString())
          .then((answer) => {
            if (!answer) return response.destroy();
            const { status, headers = {}, body = {} } = answer;
            response.writeHead(status, {
              connection: 'close',
              'content-type': 'application/json',
              ...headers,
            });
            return response.end(body instanceof Uint8Array ? body : JSON.stringify(body));
          })
          .catch((error: Error) => response.destroy(error));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const tenant = { ...TENANT, apiUrl: endpoint, queueUrl: `${endpoint}/queue`, local: { endpoint } };
    try {
      return await withConnection(tenant, 'ada', (connection) =>
        offboard({
          tenant,
          connection,
          directory,
          now: () => this.api.now,
          sleep: async () => undefined,
          note: () => undefined,
        }),
      );
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #hear(
    method: string,
    path: string,
    headers: IncomingHttpHeaders,
    text: string,
  ): Promise<Answer | undefined> {
    const step = this.steps.length;
    const cut = this.cut?.at === step ? this.cut : undefined;
    this.steps.push(`${method} ${path}`);
    if (cut?.done === false) return undefined;
    const answer = await this.#answer(method, path, headers, text);
    return cut ? undefined : answer;
  }

  async #answer(method: string, path: string, headers: IncomingHttpHeaders, text: string): Promise<Answer> {
    const target = String(headers['x-amz-target'] ?? '');
    if (target.endsWith('GetPublicKey')) {
      const spki = [Buffer.from('302a300506032b6570032100', 'hex'), this.exports.intake.cloud.publicKey()];
      const PublicKey = Buffer.concat(spki).toString('base64');
      return { status: 200, body: { PublicKey, KeySpec: 'ECC_NIST_EDWARDS25519' } };
    }
    if (target.endsWith('GetQueueAttributes')) {
      const waiting = this.waiting > 0 ? this.waiting-- : 0;
      return { status: 200, body: { Attributes: { ApproximateNumberOfMessages: String(waiting) } } };
    }
    if (path === '/2015-03-31/functions/admin/invocations') {
      const invocation = asOperatorInvocation(JSON.parse(text));
      if (!invocation) return { status: 400 };
      this.steps[this.steps.length - 1] = `${invocation.method} ${invocation.path}`;
      const clock = { now: () => this.api.now };
      const terms = { clock, random: this.api.random, version: '0.0.0' };
      const access = new AccessLog(this.exports.exporter.outbox, 'admin-api', terms);
      const body = await answerOperator(this.#admin, invocation, 'r-1', { log: () => undefined, access });
      return { status: 200, body };
    }
    return await this.#answerApi(method, path, String(headers.host));
  }

  async #answerApi(method: string, path: string, host: string): Promise<Answer> {
    const { jobs, files, exporter } = this.exports;
    const [, kind, id = '', download] =
      /^\/v1\/audit\/(exports|events)(?:\/([0-9a-f-]+))?(\/download)?$/.exec(path) ?? [];
    if (kind === 'events') {
      const found = await findRecord(exporter.reader, eventIdSchema.parse(id));
      return found
        ? { status: 200, body: { record: found.record, receipt: found.receipt } }
        : { status: 404 };
    }
    if (kind === 'exports' && method === 'POST')
      return { status: 202, body: shown(await this.exports.ask('ndjson', { category: 'all' })) };
    if (download !== undefined) return { status: 303, headers: { location: `http://${host}/zip/${id}` } };
    if (kind === 'exports') {
      const job = await jobs.get(id);
      if (!job) return { status: 404, body: { code: 'not_found', detail: 'There is no such export.' } };
      await this.exports.run(job);
      return { status: 200, body: shown((await jobs.get(id)) ?? job) };
    }
    const of = path.replace('/zip/', '');
    const parts = (files.packed.get(of) ?? []).map((name) => ({
      name,
      bytes: files.files.get(`${of}/${name}`) ?? utf8(''),
    }));
    return { status: 200, headers: { 'content-type': 'application/zip' }, body: madeZip(parts) };
  }
}

const TENANT: DeployedTenant = {
  id: 'acme',
  tier: 'table-per-tenant',
  account: '000000000000',
  region: 'us-east-1',
  apiUrl: '',
  queueUrl: '',
  recordsTable: 'records',
  controlTable: 'control',
  signingKeyIds: ['key'],
  adminFunction: 'admin',
  writerFunction: 'writer',
  logOrigin: 'audit.example/acme/0a1b2c3d',
  source: 'a test',
};

function shown({ exportId, format, status, records, manifestDigest }: ExportJob) {
  return {
    export_id: exportId,
    format,
    status,
    progress: { records, percent: status === 'done' ? 100 : 0 },
    ...(manifestDigest !== undefined && { manifest_sha256: manifestDigest }),
  };
}
