import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../api.ts';
import { isBackFromIssuer, leaveForIssuer, type OidcOffer, oidcOffer, tokenFromIssuer } from '../oidc.ts';
import { Icon } from '../parts/icon.tsx';

/** Lets somebody in, with a token or by the tenant's own issuer. The token stays in this tab, and goes into no address. */
export function SignIn({
  base,
  problem,
  onToken,
}: {
  base: string;
  problem: Problem | undefined;
  onToken(token: string): void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState<string>();
  const [offer, setOffer] = useState<OidcOffer>();
  const [busy, setBusy] = useState(isBackFromIssuer);
  useEffect(() => {
    void oidcOffer(base).then(async (offered) => {
      setOffer(offered);
      if (!isBackFromIssuer()) return;
      setBusy(false);
      if (offered) await tokenFromIssuer(offered).then(onToken, tell);
    });
  }, [base]);
  const tell = (error: unknown) => setWrong(error instanceof Error ? error.message : String(error));
  const submit = (event: Event) => {
    event.preventDefault();
    const token = input.current?.value.trim() ?? '';
    if (!/^aat_[a-z0-9-]{3,32}_[A-Za-z0-9]+$/.test(token)) {
      setWrong('This is not a token of the audit trail: expected aat_<tenant>_….');
      input.current?.focus();
      return;
    }
    onToken(token);
  };
  const said = wrong ?? (problem && saidOf(problem));
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <h1>
          <Icon name="shield" />
          Audit trail
        </h1>
        <p class="quiet">
          What the agents of this tenant did and why, verified in your browser against the log's signed head.
        </p>
        {offer && (
          <>
            <button
              type="button"
              class="primary"
              disabled={busy}
              onClick={() => void leaveForIssuer(base, offer).catch(tell)}
            >
              Sign in at {new URL(offer.issuer).host}
            </button>
            <p class="quiet">or with a token of the audit trail</p>
          </>
        )}
        <label>
          <span>Access token</span>
          <input
            ref={input}
            type="password"
            name="token"
            autoComplete="off"
            spellcheck={false}
            aria-describedby={said === undefined ? 'token-hint' : 'token-wrong'}
            aria-invalid={said !== undefined}
          />
        </label>
        {said === undefined ? (
          <p id="token-hint" class="quiet">
            It stays in this tab until you sign out or close it.
          </p>
        ) : (
          <p id="token-wrong" class="wrong" role="alert">
            {said}
          </p>
        )}
        <button type="submit" class="primary">
          {offer ? 'Sign in with the token' : 'Sign in'}
        </button>
        <p class="quiet small">{base}</p>
      </form>
    </main>
  );
}

function saidOf({ status, code, detail }: Problem): string {
  if (status === 401)
    return 'The token is not valid here: it may be of another tenant, have expired, or be revoked.';
  if (status === 403)
    return 'This token may not read the log. Ask for one with the preset reader or auditor.';
  return `${detail} (${code})`;
}
