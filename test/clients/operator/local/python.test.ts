import { expect, test } from '@jest/globals';
import { explainMissingPython, isPythonEnough } from '../../../../clients/operator/local/python.ts';

test.each([
  ['3.10.0', true],
  ['3.14.1', true],
  ['4.0.0', true],
  ['3.9.21', false],
  ['2.7.18', false],
  ['', false],
  ['unknown', false],
])('Python %s is enough: %s', (version, enough) => {
  expect(isPythonEnough(version)).toBe(enough);
});

test.each(['linux', 'darwin', 'win32', 'freebsd'] as const)(
  'without a Python, %s hears what was tried and what to do',
  (platform) => {
    const text = explainMissingPython([{ command: 'python3', result: 'is 3.8.10' }], platform);
    for (const part of [
      'python3: is 3.8.10',
      'Install it (',
      'AUDIT_TRAIL_PYTHON=',
      'AUDIT_TRAIL_ENDPOINTS=',
    ]) {
      expect(text).toContain(part);
    }
  },
);
