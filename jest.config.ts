const common = {
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript' },
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/.local', '<rootDir>/cdk.out', '<rootDir>/dist'],
};

/** What `npm run test:coverage` measures: everything of `core/` that is more than types. */
const coverage = {
  coverageProvider: 'v8',
  coverageDirectory: '.local/coverage',
  coverageReporters: ['text', 'html'],
  collectCoverageFrom: [
    'core/**/*.ts',
    '!core/ports.ts',
    '!core/retention/keeper.ts',
    '!core/export/exporter.ts',
    '!core/export/report-layout.ts',
    '!core/report/block.ts',
    '!core/webhook/dispatcher.ts',
    '!core/identity/registry.ts',
    '!core/ingest/intake.ts',
    '!core/receipt/stretch.ts',
    '!core/report/terms.ts',
  ],
  coverageThreshold: { global: { lines: 100 } },
};

export default {
  ...coverage,
  // What a test file loads is not given back, and beside a gigabyte of it the CDK loads in a minute instead of in seconds.
  workerIdleMemoryLimit: '400MB',
  testTimeout: 30_000, // a busy machine takes its time; nothing is asserted about it
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        '<rootDir>/test/local/',
        '<rootDir>/test/full/',
        '<rootDir>/test/browser/',
      ],
    },
    { ...common, displayName: 'local', testMatch: ['<rootDir>/test/local/**/*.test.ts'] },
    { ...common, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.test.ts'] },
    { ...common, displayName: 'full', testMatch: ['<rootDir>/test/full/**/*.test.ts'] },
  ],
};
