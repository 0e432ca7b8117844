import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ZipFile } from 'yazl';
import type { ExportDownloads, ExportFiles } from '../../core/export/export-job.ts';
import { awsCall, isNamed } from './aws-call.ts';

const WHAT = 'the work bucket';
const ZIP = 'export.zip';
const ZIP_TIME = new Date('2000-01-01T00:00:00Z'); // the manifest tells the time; equal files make equal zips
const UPLOAD_PART = 8 * 1024 * 1024;
const ADDRESS_SECONDS = 300;

/** The files of exports in the work bucket, under `exports/<id>/`; a lifecycle rule deletes them. */
export class S3Exports implements ExportFiles, ExportDownloads {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async write(exportId: string, name: string, bytes: Uint8Array): Promise<void> {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: keyOf(exportId, name),
      Body: bytes,
      ChecksumAlgorithm: 'SHA256',
    });
    await awsCall(WHAT, () => this.#client.send(command));
  }

  async read(exportId: string, name: string): Promise<Uint8Array | undefined> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: keyOf(exportId, name) });
    try {
      return await awsCall(WHAT, async () => (await this.#client.send(command)).Body?.transformToByteArray());
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) return undefined;
      throw error;
    }
  }

  /** One file is open at a time, and the zip goes out in parts of 8 MB: memory does not grow with the export. */
  async pack(exportId: string, names: readonly string[]): Promise<number> {
    const zip = new ZipFile();
    const failed = new Promise<never>((_resolve, reject) => zip.on('error', reject));
    for (const name of names) {
      zip.addReadStreamLazy(name, { mtime: ZIP_TIME, mode: 0o100644 }, (give) => {
        this.#open(exportId, name).then(
          (stream) => give(null, stream),
          (error: unknown) => give(error, new ZipFile().outputStream),
        );
      });
    }
    zip.end();
    let bytes = 0;
    zip.outputStream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: this.#bucket, Key: keyOf(exportId, ZIP), Body: zip.outputStream as Readable },
      partSize: UPLOAD_PART,
      queueSize: 2,
    });
    await awsCall(WHAT, () => Promise.race([upload.done(), failed]));
    return bytes;
  }

  async remove(exportId: string): Promise<void> {
    for (;;) {
      const list = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: `exports/${exportId}/` });
      const { Contents = [], IsTruncated } = await awsCall(WHAT, () => this.#client.send(list));
      if (Contents.length === 0) return;
      const Objects = Contents.map(({ Key }) => ({ Key }));
      const command = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } });
      await awsCall(WHAT, () => this.#client.send(command));
      if (!IsTruncated) return;
    }
  }

  async address(exportId: string, fileName: string): Promise<string> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: keyOf(exportId, ZIP),
      ResponseContentDisposition: `attachment; filename="${fileName}"`,
      ResponseContentType: 'application/zip',
    });
    return await getSignedUrl(this.#client, command, { expiresIn: ADDRESS_SECONDS });
  }

  async #open(exportId: string, name: string): Promise<Readable> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: keyOf(exportId, name) });
    return await awsCall(WHAT, async () => (await this.#client.send(command)).Body as Readable);
  }
}

function keyOf(exportId: string, name: string): string {
  return `exports/${exportId}/${name}`;
}
