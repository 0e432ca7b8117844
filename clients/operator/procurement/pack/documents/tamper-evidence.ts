import type { PackDocument } from '../document.ts';
import { claim, documentAt, route, setting, template, testAt } from '../evidence.ts';
import type { Facts } from '../facts.ts';

/** How records are signed, how anybody verifies them, and what that shows and does not. */
export function tamperEvidence({ deployment, live }: Facts): PackDocument {
  const { tenant, resources } = deployment;
  const ed25519 = template(
    resources,
    'AWS::KMS::Key',
    'ECC_NIST_EDWARDS25519',
    ({ KeySpec }) => KeySpec === 'ECC_NIST_EDWARDS25519',
    ({ properties }) => properties['KeyUsage'] === 'SIGN_VERIFY',
  );
  return {
    name: 'tamper-evidence',
    title: 'Tamper-evidence statement',
    sections: [
      {
        heading: 'How it is signed',
        statements: [
          claim(
            'The log is a Merkle tree (RFC 6962, SHA-256). Its head is signed with Ed25519 (RFC 8032), by a key in AWS KMS that signs for this tenant alone and cannot be exported.',
            ed25519,
            documentAt('docs/formats/log.md'),
          ),
          tenant.sign_each
            ? claim('Each record is signed by itself, too.', setting('sign_each', true))
            : claim(
                'One signature covers a batch: each record has its own proof to the signed head.',
                setting('sign_each', false),
                testAt('test/core/log/proof.test.ts'),
              ),
          claim(
            'Formats are public: C2SP tlog-tiles, tlog-checkpoint, tlog-proof. Tools of others can check the log.',
            documentAt('docs/verify-with-other-tools.md'),
            testAt('test/local/published-log.test.ts'),
          ),
          claim(
            'Records are also signed for by who sent them: an emitter’s claim names the digest of its message, and we cannot forge one of an emitter whose key we lack.',
            testAt('test/core/identity/claim.test.ts'),
          ),
        ],
      },
      {
        heading: 'Verify it yourself',
        intro: [
          'Offline, from a receipt, a page, an export or the whole log, and the verifier key. Get the key by another way than the data.',
        ],
        statements: [
          claim(
            'The verifier trusts nothing but the key that it is given.',
            testAt('test/clients/verifier/hostile.test.ts'),
            testAt('test/core/receipt/verify.test.ts'),
          ),
          claim('Every receipt is there for whoever may read or send.', route('GET /v1/audit/receipts/{id}')),
        ],
        verbatim: `npm run verify -- FILE --key '${live?.verifierKey ?? 'VERIFIER_KEY'}'`,
      },
      {
        heading: 'The log when this was written',
        ...(live
          ? {
              statements: [
                claim(
                  `It had ${live.size} records. Keep this checkpoint: a later log that does not extend it was rewritten.`,
                  {
                    kind: 'log',
                    where: `checkpoint of size ${live.size}, verified under the key that KMS names`,
                  },
                ),
              ],
              verbatim: live.checkpoint,
            }
          : { statements: [claim('The head of the log.', undefined)] }),
      },
      {
        heading: 'What shows, and to whom',
        statements: [
          claim(
            'A change, removal, insertion or reordering below the size of a checkpoint that somebody else holds shows to everybody, offline.',
            testAt('test/core/receipt/verify-tiles.test.ts'),
            testAt('test/local/tamper.test.ts'),
          ),
          claim(
            'A rewritten newest part, or two views for two readers, shows only to who compares a checkpoint, or to a witness.',
            documentAt('docs/tamper-drill.md'),
          ),
          tenant.witnesses
            ? claim(
                'Each checkpoint is cosigned by the witnesses of the tenant’s file.',
                setting(
                  'witnesses',
                  tenant.witnesses.map(({ url }) => url),
                ),
                testAt('test/local/witness.test.ts'),
              )
            : claim(
                'No witness is set up for this tenant: keep checkpoints yourself.',
                setting('witnesses', []),
              ),
          claim(
            'A drill commits such crimes with an administrator’s rights on a running system, and fails if one goes unnoticed.',
            testAt('test/local/tamper-drill.test.ts'),
          ),
        ],
      },
    ],
  };
}
