import type { IssuedWebhook } from '../webhooks.ts';

/** What a receiver checks our signatures with, as it was just made. */
export function Secret({ issued: { secret, public_key } }: { issued: IssuedWebhook }) {
  return (
    <p class="made" role="status">
      {secret !== undefined && (
        <>
          The secret, shown this once: <code class="key">{secret}</code>
        </>
      )}
      {secret === undefined && public_key !== undefined && (
        <>
          The public key to check with: <code class="key">{public_key}</code>
        </>
      )}
      {secret === undefined &&
        public_key === undefined &&
        'It is set up; the credential is kept where secrets are.'}
    </p>
  );
}
