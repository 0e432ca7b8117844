import type PDFDocument from 'pdfkit';

/** A document of pdfkit. */
export type Pdf = InstanceType<typeof PDFDocument>;

/**
 * The faces of a report, by their files beside the function's code. Noto, OFL: Latin with Greek and Cyrillic, Arabic,
 * Hebrew, Chinese and Japanese, Korean. What none of them can draw is written out as a code point.
 */
export const FACES = {
  latin: 'NotoSans-Regular.ttf',
  latinBold: 'NotoSans-Bold.ttf',
  arabic: 'NotoNaskhArabic-Regular.ttf',
  arabicBold: 'NotoNaskhArabic-Bold.ttf',
  hebrew: 'NotoSansHebrew-Regular.ttf',
  hebrewBold: 'NotoSansHebrew-Bold.ttf',
  han: 'NotoSansHans-Regular.otf',
  hangul: 'NotoSansKR-Regular.otf',
} as const;
export type Face = keyof typeof FACES;

const REGULAR: readonly Face[] = ['latin', 'arabic', 'hebrew', 'han', 'hangul'];
const BOLD: readonly Face[] = ['latinBold', 'arabicBold', 'hebrewBold', 'han', 'hangul'];
const MOST_WIDTHS = 20_000;
const MARK = /\p{M}/u;
const SHAPED: ReadonlySet<Face> = new Set(['arabic', 'arabicBold', 'hebrew', 'hebrewBold']);
/** Letters one after another, each as wide as it is: shaping them takes most of the time of a report, and shows little. */
const PLAIN = Object.fromEntries(
  ['ccmp', 'locl', 'rlig', 'mark', 'mkmk', 'calt', 'clig', 'liga', 'rclt', 'curs', 'kern'].map((name) => [
    name,
    false,
  ]),
);

/** What pdfkit knows of the face that is chosen; its types leave that out. */
interface WithFont {
  _font: {
    font: {
      unitsPerEm: number;
      hasGlyphForCodePoint(codePoint: number): boolean;
      glyphForCodePoint(codePoint: number): { advanceWidth: number };
    };
  };
}

/** The faces of one document: which of them draws a character, and how wide a text is. */
export class Fonts {
  readonly #doc: Pdf;
  readonly #faces = new Map<string, Face | undefined>();
  readonly #advances = new Map<string, number>();
  readonly #widths = new Map<string, number>();

  /** `pathOf` finds the file of a face by its name. */
  constructor(doc: Pdf, pathOf: (file: string) => string) {
    this.#doc = doc;
    for (const [face, file] of Object.entries(FACES)) doc.registerFont(face, pathOf(file));
  }

  /** The face that draws `character`, which follows one in `before`; undefined where none does. */
  faceOf(character: string, bold: boolean, before?: Face): Face | undefined {
    if (before && MARK.test(character) && this.#draws(before, character)) return before;
    const key = `${bold} ${character}`;
    if (!this.#faces.has(key)) {
      const face = (bold ? BOLD : REGULAR).find((candidate) => this.#draws(candidate, character));
      this.#faces.set(key, face);
    }
    return this.#faces.get(key);
  }

  /** The features that pdfkit is to shape `text` with. Where any are given, it shapes a run whole and caches nothing. */
  featuresOf(text: string, face: Face): PDFKit.Mixins.OpenTypeFeatures[] {
    // An object, which pdfkit hands on, turns features off; its types know of the list alone.
    return isShaped(text, face) ? [] : (PLAIN as unknown as PDFKit.Mixins.OpenTypeFeatures[]);
  }

  /** Width in points. */
  widthOf(text: string, face: Face, size: number): number {
    if (!isShaped(text, face)) {
      let width = 0;
      for (const character of text) width += this.#advanceOf(character, face);
      return width * size;
    }
    const key = `${face} ${size} ${text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known;
    const width = this.#doc.font(face, size).widthOfString(text, { features: [] });
    if (this.#widths.size >= MOST_WIDTHS) this.#widths.clear();
    this.#widths.set(key, width);
    return width;
  }

  /** In parts of the size. */
  #advanceOf(character: string, face: Face): number {
    const key = `${face} ${character}`;
    const known = this.#advances.get(key);
    if (known !== undefined) return known;
    const font = this.#fontOf(face);
    const advance = font.glyphForCodePoint(character.codePointAt(0) ?? 0).advanceWidth / font.unitsPerEm;
    this.#advances.set(key, advance);
    return advance;
  }

  #draws(face: Face, character: string): boolean {
    return this.#fontOf(face).hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
  }

  #fontOf(face: Face): WithFont['_font']['font'] {
    return (this.#doc.font(face) as unknown as WithFont)._font.font;
  }
}

function isShaped(text: string, face: Face): boolean {
  return SHAPED.has(face) || MARK.test(text);
}
