import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceIfChanged } from './bundle.ts';

/** What a report is laid out with, and where it is installed: faces, and the colour profile that PDF/A asks for. */
const FILES: Readonly<Record<string, string>> = {
  'fonts/NotoSans-Regular.ttf': '@embedpdf/fonts-latin/fonts/NotoSans-Regular.ttf',
  'fonts/NotoSans-Bold.ttf': '@embedpdf/fonts-latin/fonts/NotoSans-Bold.ttf',
  'fonts/NotoNaskhArabic-Regular.ttf': '@embedpdf/fonts-arabic/fonts/NotoNaskhArabic-Regular.ttf',
  'fonts/NotoNaskhArabic-Bold.ttf': '@embedpdf/fonts-arabic/fonts/NotoNaskhArabic-Bold.ttf',
  'fonts/NotoSansHebrew-Regular.ttf': '@embedpdf/fonts-hebrew/fonts/NotoSansHebrew-Regular.ttf',
  'fonts/NotoSansHebrew-Bold.ttf': '@embedpdf/fonts-hebrew/fonts/NotoSansHebrew-Bold.ttf',
  'fonts/NotoSansHans-Regular.otf': '@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf',
  'fonts/NotoSansKR-Regular.otf': '@embedpdf/fonts-kr/fonts/NotoSansKR-Regular.otf',
  'data/sRGB_IEC61966_2_1.icc': 'pdfkit/js/data/sRGB_IEC61966_2_1.icc',
};

/** Where `file` is installed, by its path beside the function's code. */
export function installedFile(root: string, file: string): string {
  return join(root, 'node_modules', FILES[file] ?? file);
}

/**
 * Lays them beside the code of `export-records`, `<root>/dist/lambdas/export-records/`. Call it before `bundleFunctions`,
 * which makes an asset of that folder.
 */
export function bundleReportFiles(root: string): void {
  const outdir = join(root, 'dist', 'lambdas', 'export-records');
  for (const file of Object.keys(FILES))
    replaceIfChanged(join(outdir, file), readFileSync(installedFile(root, file)));
}
