import { useState } from 'preact/hooks';

interface ConfirmProps {
  label: string;
  about: string;
  /** What it means, where that is not that it can't be undone. */
  means?: string;
  onConfirm(): void;
}

/** An act with consequences: asked twice, in words that say what it is about. */
export function Confirm({ label, about, means = 'This can’t be undone.', onConfirm }: ConfirmProps) {
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
      {label} <bdi>{about}</bdi>? {means}{' '}
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
