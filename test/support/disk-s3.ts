import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * As much of S3 as the files of an export need, on loopback, with the objects as files of a folder: put, get, list,
 * delete, and uploads in parts. For measuring, since an emulator keeps what it is given in memory.
 */
export async function diskS3(folder: string): Promise<{ endpoint: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    serve(request, response, folder).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, folder: string): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3.invalid');
  const file = join(folder, decodeURIComponent(pathname));
  const upload = searchParams.get('uploadId');
  const xml = (text: string) => response.writeHead(200, { 'content-type': 'application/xml' }).end(text);
  switch (request.method) {
    case 'GET':
      if (searchParams.has('list-type')) return void xml('<ListBucketResult></ListBucketResult>');
      if (!existsSync(file)) {
        const error = '<Error><Code>NoSuchKey</Code></Error>';
        return void response.writeHead(404, { 'content-type': 'application/xml' }).end(error);
      }
      response.writeHead(200, { 'content-length': (await stat(file)).size });
      return await pipeline(createReadStream(file), response);
    case 'PUT': {
      const target =
        upload === null
          ? file
          : join(`${file}.parts`, (searchParams.get('partNumber') ?? '').padStart(5, '0'));
      await mkdir(dirname(target), { recursive: true });
      await pipeline(request, createWriteStream(target));
      return void response.writeHead(200, { etag: '"etag"' }).end();
    }
    case 'POST':
      request.resume();
      if (upload === null)
        return void xml(
          '<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>',
        );
      await assemble(`${file}.parts`, file);
      return void xml('<CompleteMultipartUploadResult><ETag>"etag"</ETag></CompleteMultipartUploadResult>');
    default:
      response.writeHead(405).end();
  }
}

/** The parts of an upload, in their order, as the one object. */
async function assemble(parts: string, file: string): Promise<void> {
  const names = (await readdir(parts)).sort();
  await pipeline(async function* () {
    for (const name of names) yield* createReadStream(join(parts, name));
  }, createWriteStream(file));
  await rm(parts, { recursive: true });
}
