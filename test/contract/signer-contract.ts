import { expect, test } from '@jest/globals';
import { verifyEd25519 } from '#crypto';
import { utf8 } from '../../core/encoding.ts';
import type { Signer } from '../../core/ports.ts';

/** What every signer promises. */
export function signerContract(open: () => Promise<Signer>): void {
  test('a signature is Ed25519 over the message itself, by the key that it names', async () => {
    const signer = await open();
    const message = utf8('audit.example/acme/0a1b2c3d\n1\nAAAA\n');
    const [signature, key] = [await signer.sign(message), await signer.publicKey()];
    expect(signature).toHaveLength(64);
    expect(verifyEd25519(key, message, signature)).toBe(true);
    expect(verifyEd25519(key, utf8('another message'), signature)).toBe(false);
  });

  test('the key stays the same', async () => {
    const signer = await open();
    expect(await signer.publicKey()).toEqual(await signer.publicKey());
  });
}
