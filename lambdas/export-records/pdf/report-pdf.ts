import type { ReportFile, ReportLayout } from '../../../core/export/report-layout.ts';
import { drawBlock } from './draw.ts';
import { Sheet } from './sheet.ts';

/**
 * Lays a report out as PDF/A-3a: tagged, with every face embedded and the evidence attached. Pages are written out as
 * they fill, so that what grows in memory is the structure and the octets themselves. `pathOf` finds the file of a face.
 */
export function reportPdf(pathOf: (file: string) => string): ReportLayout {
  return async ({ title, author, footer, producedAt, blocks, files }) => {
    const sheet = new Sheet({ title, author, footer, createdAt: producedAt, pathOf });
    const chunks: Uint8Array[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      sheet.doc.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      sheet.doc.on('end', resolve);
      sheet.doc.on('error', reject);
    });
    for (const file of files) attach(sheet, file, new Date(producedAt));
    for (const block of blocks) drawBlock(sheet, block);
    sheet.end();
    await ended;
    return Buffer.concat(chunks);
  };
}

function attach({ doc }: Sheet, { name, type, description, bytes }: ReportFile, at: Date): void {
  // pdfkit takes an ArrayBuffer or a Buffer for the octets themselves, and a text for a path.
  const src = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const options = { name, type, description, creationDate: at, modifiedDate: at, relationship: 'Data' };
  doc.file(src, options as Parameters<typeof doc.file>[1]);
}
