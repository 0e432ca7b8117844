import type { PackDocument } from '../document.ts';
import { claim, documentAt, testAt } from '../evidence.ts';

/** What the trail cannot see: said by ourselves, before somebody finds it. */
export function coverage(): PackDocument {
  return {
    name: 'coverage',
    title: 'What the trail cannot see',
    sections: [
      {
        heading: 'Limits',
        statements: [
          claim(
            'What an agent never reports is on no record. Gaps in numbers, calls without results and tasks without an end show; a run that was never announced does not.',
            testAt('test/core/narrative/completeness.test.ts'),
          ),
          claim(
            'Reasons are what the agent stated. The log shows when it stated them and that nobody changed them, not that they were the model’s.',
            documentAt('docs/integrate/decisions.md'),
          ),
          claim(
            'A user whose identity the agent only asserts reads as not verified.',
            documentAt('docs/formats/event.md'),
          ),
          claim(
            'An approval that the agent reports reads "reported by the agent", unless the approver’s own assertion came with it.',
            testAt('test/core/narrative/golden.test.ts'),
          ),
          claim(
            'Times of occurring are the agent’s; times of recording are ours, and no qualified timestamp.',
            documentAt('docs/formats/record.md'),
          ),
          claim(
            'OpenTelemetry exports spans that have ended: a call that never returned is not seen before its span ends.',
            documentAt('docs/integrate/otlp.md'),
          ),
          claim(
            'Secrets in the input of a tool are recorded unless the agent or the tenant has them redacted; what a pattern does not recognise stays.',
            documentAt('docs/integrate/redaction.md'),
            testAt('test/core/redaction/patterns.test.ts'),
          ),
          claim(
            'What was pushed to a receiver, or exported, lies where the tenant put it: no erasure and no purge of ours reaches it. Personal fields are pushed as commitments alone.',
            documentAt('docs/integrate/webhooks.md'),
            testAt('test/core/webhook/dispatch.test.ts'),
          ),
          claim(
            'Who reads stores with an administrator’s rights in AWS does not show in the tenant’s log, but in the trail of the account.',
            documentAt('docs/adr/data-events.md'),
          ),
          claim(
            'An event that a stolen emitter’s key signed is a valid one until the key is removed; the record names the key.',
            documentAt('docs/identity.md'),
          ),
          claim(
            'The product has run on an emulator of AWS that evaluates IAM, and not yet on AWS itself.',
            documentAt('docs/local-cloud.md'),
          ),
        ],
      },
    ],
  };
}
