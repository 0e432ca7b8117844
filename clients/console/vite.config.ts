import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Static files with hashed names and relative addresses: the API that serves them may lie under any path. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: false,
  logLevel: 'warn',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the policy of the page admits no data: address
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    sourcemap: false,
    // The console, and the reference of the API.
    rolldownOptions: { input: ['index.html', 'api.html'].map((page) => join(import.meta.dirname, page)) },
  },
});
