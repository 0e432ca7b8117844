import { expect, test } from '@jest/globals';
import { sha256 } from '#crypto';
import { toDigestText, utf8 } from '../../../core/encoding.ts';
import { asTenantId } from '../../../core/event/ids.ts';
import { expandScopes, hasScope, SCOPE_PRESETS, SCOPES } from '../../../core/identity/scope.ts';
import { mintToken, parseToken, tokenHash } from '../../../core/identity/token.ts';
import { countingRandom } from '../event/random.ts';

const acme = asTenantId('acme-eu');

test('a token names its tenant, and reads back', () => {
  const token = mintToken(acme, countingRandom());
  expect(token).toMatch(/^aat_acme-eu_[0-9A-Za-z]{49}$/);
  expect(parseToken(token)).toEqual({ tenantId: 'acme-eu' });
});

test('all secrets have one length, the least and the greatest too', () => {
  for (const fill of [0, 255]) {
    const token = mintToken(acme, { octets: (length) => new Uint8Array(length).fill(fill) });
    expect(parseToken(token)).toEqual({ tenantId: 'acme-eu' });
  }
});

test('a token with any one character changed is none', () => {
  const token = mintToken(acme, countingRandom());
  for (let position = 0; position < token.length; position++) {
    const other = token[position] === 'a' ? 'b' : 'a';
    expect(parseToken(token.slice(0, position) + other + token.slice(position + 1))).toBeUndefined();
  }
  for (const text of ['', 'aat_acme_x', `${token}0`, ` ${token}`]) expect(parseToken(text)).toBeUndefined();
});

test('what is stored is the SHA-256 of the whole token', () => {
  expect(tokenHash('aat_x')).toBe(toDigestText(sha256(utf8('aat_x'))));
});

test('presets hold what they promise, and no scope implies another', () => {
  expect(hasScope(SCOPE_PRESETS.reader, 'events:read')).toBe(true);
  expect(hasScope(SCOPE_PRESETS.reader, 'personal:read')).toBe(false);
  expect(hasScope(SCOPE_PRESETS.auditor, 'events:write')).toBe(false);
  for (const scope of SCOPES) expect(hasScope(SCOPE_PRESETS.admin, scope)).toBe(true);
  for (const scope of SCOPES) expect(hasScope(['tokens'], scope)).toBe(scope === 'tokens');
});

test('scopes and presets may be mixed, unknown names may not', () => {
  expect(expandScopes(['writer', 'reader', 'exports', 'exports'])).toEqual([
    'events:read',
    'events:write',
    'log:read',
    'exports',
  ]);
  expect(expandScopes(['admin'])).toEqual([...SCOPES]);
  expect(expandScopes([])).toEqual([]);
  for (const name of ['root', 'toString', '*']) expect(expandScopes(['reader', name])).toBeUndefined();
});
