import PDFDocument from 'pdfkit';
import type { Phrase } from '../../../core/narrative/phrase.ts';
import { Fonts, type Pdf } from './fonts.ts';
import { type Paragraph, paragraphOf, type TextLine, type TextStyle } from './paragraph.ts';

/** Colours of a report; each has a contrast of at least 4.5 on white. */
export const INK = {
  text: '#1c2430',
  quiet: '#566273',
  good: '#17693f',
  bad: '#b3202a',
  mark: '#2c4f9e',
  rule: '#c3cbd6',
} as const;

export const MARGIN = 56;
const LEADING = 1.36;
const ASCENT = 0.98; // from the top of a line to its baseline, in sizes
const FOOTER = 34;
const MARGINS = { top: MARGIN, right: MARGIN, bottom: MARGIN, left: MARGIN };
const UPRIGHT = { size: 'A4', margins: MARGINS, layout: 'portrait' } as const;
const TURNED = { ...UPRIGHT, layout: 'landscape' } as const;

/** What a document says of itself. */
export interface SheetTerms {
  title: string;
  author: string;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
  footer: string;
  pathOf: (file: string) => string;
}

/** An element of the structure that a reader without eyes follows. */
export type Element = ReturnType<Pdf['struct']>;

/** Pages, filled from top to bottom. Each page is written out once the next one begins. */
export class Sheet {
  readonly doc: Pdf;
  readonly fonts: Fonts;
  readonly width: number;
  y = MARGIN;
  page = 0;
  readonly #root: Element;
  readonly #bottom: number;

  constructor({ title, author, createdAt, footer, pathOf }: SheetTerms) {
    const at = new Date(createdAt);
    this.doc = new PDFDocument({
      ...UPRIGHT,
      pdfVersion: '1.7',
      subset: 'PDF/A-3a',
      tagged: true,
      lang: 'en-GB',
      displayTitle: true,
      autoFirstPage: false,
      font: '', // none of the fonts that are not embedded
      info: {
        Title: title,
        Author: author,
        Producer: author,
        Creator: author,
        CreationDate: at,
        ModDate: at,
      },
    });
    this.fonts = new Fonts(this.doc, pathOf);
    this.doc.on('pageAdded', () => this.#begin(footer));
    this.#root = this.doc.struct('Document', { title });
    this.doc.addStructure(this.#root);
    this.doc.addPage();
    this.width = this.doc.page.width - 2 * MARGIN;
    this.#bottom = this.doc.page.height - MARGIN;
  }

  /** What is left of the page. */
  get left(): number {
    return this.#bottom - this.y;
  }

  /** A new page, unless this one is empty. */
  breakPage(): void {
    if (this.y > MARGIN) this.doc.continueOnNewPage(UPRIGHT);
  }

  /** A new page, lying where `turned`, that is taken whole: whatever follows begins another. Where its content goes. */
  wholePage(turned: boolean): { x: number; y: number; width: number; height: number } {
    this.doc.continueOnNewPage(turned ? TURNED : UPRIGHT);
    const { width, height } = this.doc.page;
    this.y = this.#bottom;
    return { x: MARGIN, y: MARGIN, width: width - 2 * MARGIN, height: height - 2 * MARGIN };
  }

  /** Goes on to a new page where less than `height` is left, unless that is more than a page holds. */
  need(height: number): void {
    if (this.left < Math.min(height, this.#bottom - MARGIN)) this.breakPage();
  }

  /** Adds an element below `parent`, fills it by `fill`, and ends it. */
  element(
    type: string,
    fill: (element: Element) => void,
    { parent = this.#root, ...options }: ElementOptions = {},
  ): void {
    const element = this.doc.struct(type, options);
    parent.add(element);
    fill(element);
    element.end();
  }

  /** Adds an element of what `draw` draws. */
  content(type: string, draw: () => void, { parent = this.#root, ...options }: ElementOptions = {}): void {
    const element = this.doc.struct(type, options, [draw]);
    parent.add(element);
  }

  /** Draws what is there for the eye alone. */
  artifact(draw: () => void): void {
    this.doc.markContent('Artifact', { type: 'Layout' });
    draw();
    this.doc.endMarkedContent();
  }

  paragraph(phrase: Phrase, style: TextStyle, width = this.width): Paragraph {
    return paragraphOf(phrase, style, width, this.fonts);
  }

  heightOf({ lines }: Paragraph, { size }: TextStyle): number {
    return lines.length * size * LEADING;
  }

  /** Draws a paragraph as an element of `type`, over as many pages as it takes. */
  write(
    type: string,
    paragraph: Paragraph,
    style: TextStyle,
    { x = MARGIN, after = 0, ...options }: WriteOptions = {},
  ): void {
    const actual = paragraph.reading === undefined ? {} : { actual: paragraph.reading };
    this.content(type, () => this.lines(paragraph.lines, style, x), { ...options, ...actual });
    this.y += after;
  }

  /** Draws lines from the cursor on, within an element that is open. */
  lines(lines: readonly TextLine[], style: TextStyle, x: number): void {
    const height = style.size * LEADING;
    for (const line of lines) {
      this.need(height);
      this.line(line, style, x, this.y + style.size * ASCENT);
      this.y += height;
    }
  }

  /** Draws a line with its baseline at `y`. */
  line({ runs }: TextLine, { size }: TextStyle, x: number, y: number): void {
    let at = x;
    for (const { face, colour, text, width } of runs) {
      if (text.trim() !== '')
        this.doc
          .font(face, size)
          .fillColor(colour)
          .text(text, at, y, {
            lineBreak: false,
            features: this.fonts.featuresOf(text, face),
            baseline: 'alphabetic',
          });
      at += width;
    }
  }

  /** Names this place in the list of contents. */
  bookmark(title: string): void {
    this.doc.outline.addItem(title);
  }

  /** Ends the document; its octets come by the events of `doc`. */
  end(): void {
    this.#root.end();
    this.doc.end();
  }

  #begin(footer: string): void {
    this.page++;
    this.y = MARGIN;
    const style = { size: 7.5, colour: INK.quiet, quiet: INK.quiet };
    const { width, height } = this.doc.page;
    const [left] = this.paragraph([footer], style, width).lines;
    const [right] = this.paragraph([`${this.page}`], style, width).lines;
    this.doc.markContent('Artifact', { type: 'Pagination', attached: ['Bottom'] });
    if (left) this.line(left, style, MARGIN, height - FOOTER);
    if (right) this.line(right, style, width - MARGIN - right.width, height - FOOTER);
    this.doc.endMarkedContent();
  }
}

export interface ElementOptions {
  parent?: Element;
  title?: string;
  actual?: string;
  scope?: 'Row' | 'Column';
  /** In the place of what can't be read. */
  alt?: string;
  /** Left, top, right and bottom on the page. */
  bbox?: readonly [number, number, number, number];
}

export interface WriteOptions extends ElementOptions {
  x?: number;
  after?: number;
}
