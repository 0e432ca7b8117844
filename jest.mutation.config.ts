import config from './jest.config.ts';

/** The unit project alone, without the simulation: Stryker runs it once a mutant. */
const [unit] = config.projects;

export default {
  ...unit,
  displayName: undefined,
  testMatch: ['<rootDir>/test/core/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', 'simulation'],
};
