import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Framework, filesOf, install, runAgent, scrub } from './framework.ts';

/** Runs a framework's agent against a receiver of this process and keeps its one request as a fixture. */
export async function record(name: Framework): Promise<void> {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    const python = await install(name);
    await runAgent(name, python, { endpoint, token: 'none', thread: 'refund-4711' });
    const [body] = bodies;
    if (!body || bodies.length > 1) throw new Error(`${name}: expected one request, got ${bodies.length}`);
    const { recorded } = filesOf(name);
    writeFileSync(recorded, body);
    await scrub(python, recorded);
  } finally {
    server.close();
  }
}
