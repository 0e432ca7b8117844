import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** What a reader of PDF finds in a document. */
export interface ReadPdf {
  /** The text of each page. */
  pages: string[];
  /** Octets by the names of the attachments. */
  attachments: Map<string, Uint8Array>;
  bookmarks: string[];
  /** Kinds of elements of the structure, with how often each is there. */
  elements: Map<string, number>;
  /** What is told of each figure to who can't see it. */
  figures: string[];
  language: string;
  title: string;
  marked: boolean;
  /** The XMP packet. */
  xmp: string;
}

interface StructNode {
  role?: string;
  alt?: string;
  children?: StructNode[];
}

/** Reads `bytes` with pdf.js, which is not what wrote it. */
export async function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  const task = getDocument({ data: new Uint8Array(bytes), verbosity: 0, useSystemFonts: false });
  const document = await task.promise;
  try {
    const pages: string[] = [];
    const elements = new Map<string, number>();
    const figures: string[] = [];
    const count = ({ role, alt, children = [] }: StructNode) => {
      if (role === 'Figure') figures.push(alt ?? '');
      if (role !== undefined) elements.set(role, (elements.get(role) ?? 0) + 1);
      children.forEach(count);
    };
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      pages.push(
        items
          .map((item) => ('str' in item ? item.str : ''))
          .join(' ')
          .replaceAll(/\s+/g, ' '),
      );
      const tree = (await page.getStructTree()) as StructNode | null;
      if (tree) count(tree);
      page.cleanup();
    }
    const attachments = new Map<string, Uint8Array>();
    for (const [id, { filename }] of (await document.getAttachments()) ?? [])
      attachments.set(filename, (await document.getAttachmentContent(id)) ?? new Uint8Array());
    // A Map, whatever its types say.
    const marks = (await document.getMarkInfo()) as unknown as ReadonlyMap<string, boolean> | null;
    const { info, metadata } = await document.getMetadata();
    const { Title = '', Language = '' } = info as { Title?: string; Language?: string };
    return {
      pages,
      attachments,
      elements,
      figures,
      bookmarks: ((await document.getOutline()) ?? []).map(({ title }) => title),
      language: Language,
      title: Title,
      marked: marks?.get('Marked') ?? false,
      xmp: metadata?.getRaw() ?? '',
    };
  } finally {
    await task.destroy();
  }
}
