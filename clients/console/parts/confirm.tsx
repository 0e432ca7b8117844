import { useState } from 'preact/hooks';

/** An act that can't be undone: asked twice, in words that say what it is about. */
export function Confirm({ label, about, onConfirm }: { label: string; about: string; onConfirm(): void }) {
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <button type="button" onClick={() => setAsked(true)}>
        {label} <span class="hidden">{about}</span>
      </button>
    );
  }
  return (
    <p class="confirm">
      {label} <bdi>{about}</bdi>? This can't be undone.{' '}
      <button
        type="button"
        class="danger"
        onClick={() => {
          setAsked(false);
          onConfirm();
        }}
      >
        {label}
      </button>{' '}
      <button type="button" onClick={() => setAsked(false)}>
        Keep
      </button>
    </p>
  );
}
