import { expect, test } from '@jest/globals';
import { toBase64, utf8 } from '../../../core/encoding.ts';
import {
  formatNote,
  formatVerifierKey,
  isKeyName,
  openNote,
  parseNote,
  parseVerifierKey,
  type VerifierKey,
} from '../../../core/log/note.ts';
import vectors from '../../vectors/c2sp.json' with { type: 'json' };

const { verifier_key, text, signed } = vectors.note;
const key = keyOf(verifier_key);
const [, signatureLine = ''] = signed.split('\n\n');

test('the published note opens with the published key', () => {
  expect(openNote(signed, key)).toEqual({ ok: true, text });
});

test('a verifier key is read and written in one form, base64 with plus signs included', () => {
  for (const known of [verifier_key, vectors.key_with_plus_signs]) {
    const parsed = keyOf(known);
    expect(formatVerifierKey(parsed.name, parsed.publicKey)).toBe(known);
  }
});

test('a note is taken apart and put together to the same octets', () => {
  const parsed = parseNote(signed);

  expect(parsed).toMatchObject({ text, signatures: [{ name: 'PeterNeumann', keyId: 'c74f20a3' }] });
  expect(formatNote(parsed?.text ?? '', parsed?.signatures ?? [])).toBe(signed);
});

test('the text may hold empty lines: the last one parts it from the signatures', () => {
  const note = `a\n\nb\n\n${signatureLine}`;

  expect(parseNote(note)?.text).toBe('a\n\nb\n');
});

test('signatures by other keys, and of other types, are passed over', () => {
  const witness = `\u2014 witness.example ${toBase64(new Uint8Array(4 + 72).fill(7))}\n`;
  const sameName = `\u2014 PeterNeumann ${toBase64(new Uint8Array(68).fill(7))}\n`;

  expect(openNote(`${signed}${witness}${sameName}`, key)).toEqual({ ok: true, text });
  expect(openNote(`${text}\n${witness}${sameName}`, key)).toEqual({ ok: false, failure: 'unknown_key' });
});

test('a second signature that claims to be by the key and is not condemns the note', () => {
  const forged = `\u2014 PeterNeumann ${toBase64(new Uint8Array([0xc7, 0x4f, 0x20, 0xa3, ...new Uint8Array(64)]))}\n`;

  expect(openNote(`${signed}${forged}`, key)).toEqual({ ok: false, failure: 'signature_invalid' });
});

test('16 signatures are taken, and not one more', () => {
  const witness = `\u2014 witness.example ${toBase64(new Uint8Array(68))}\n`;

  expect(openNote(signed + witness.repeat(15), key).ok).toBe(true);
  expect(openNote(signed + witness.repeat(16), key)).toEqual({ ok: false, failure: 'note_malformed' });
});

test.each([
  ['another character in the text', signed.replace('cryptography', 'cryptographY'), 'signature_invalid'],
  ['another signature', signed.replace('x08go/ZJ', 'x08go/ZK'), 'signature_invalid'],
  ['another name', signed.replace('\u2014 PeterNeumann', '\u2014 PeterNeumanm'), 'unknown_key'],
  ['a hyphen for the dash', signed.replace('\u2014 ', '- '), 'note_malformed'],
  ['no final newline', signed.slice(0, -1), 'note_malformed'],
  ['no empty line', signed.replace('\n\n', '\n'), 'note_malformed'],
  ['no signature', `${text}\n`, 'note_malformed'],
  ['a carriage return', signed.replace('\n\n', '\r\n\n'), 'note_malformed'],
  ['base64 with stray bits', signed.replace('nAM=', 'nAN='), 'note_malformed'],
  ['a signature of nothing', `${text}\n\u2014 PeterNeumann x08gow==\n`, 'note_malformed'],
  ['half a surrogate pair', `\ud800${signed}`, 'note_malformed'],
  ['more than a megabyte', 'a'.repeat(1_000_001), 'note_malformed'],
  ['more than a megabyte of UTF-8', `${'\u00e9'.repeat(500_001)}\n\n${signatureLine}`, 'note_malformed'],
])('a note with %s does not open', (_, note, failure) => {
  expect(openNote(note, key)).toEqual({ ok: false, failure });
});

test.each([
  ['another id', verifier_key.replace('c74f20a3', 'c74f20a4')],
  ['another name', verifier_key.replace('Peter', 'Pieter')],
  ['another type', 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2'],
  ['a name with a space', `Peter Neumann+c74f20a3+${verifier_key.slice(-44)}`],
  ['base64 that is none', `PeterNeumann+c74f20a3+${'='.repeat(44)}`],
  ['nothing else', ''],
])('a verifier key with %s is none', (_, text) => {
  expect(parseVerifierKey(text)).toBeUndefined();
});

test('what cannot be written is refused to whoever asks for it', () => {
  expect(() => formatVerifierKey('a b', key.publicKey)).toThrow('key name');
  expect(() => formatVerifierKey('a', new Uint8Array(31))).toThrow('32 octets');
  expect(() => formatNote('no newline', [])).toThrow('not the text of a note');
  expect(() => formatNote('x\n', [{ name: 'a b', keyId: '00000000', signature: utf8('s') }])).toThrow();
});

test('names of keys hold no space of any script, no plus sign and no control character', () => {
  expect(isKeyName('example.com/log')).toBe(true);
  for (const name of ['', 'a b', 'a+b', 'a\u2003b', 'a\u0085b', 'a\u0001', '\ud800'])
    expect(isKeyName(name)).toBe(false);
});

function keyOf(text: string): VerifierKey {
  const parsed = parseVerifierKey(text);
  if (!parsed) throw new Error('the vector is no verifier key');
  return parsed;
}
