import type { ComponentChildren, Ref } from 'preact';

interface FormProps {
  /** What it is for, to who can't see it. */
  label: string;
  class: string;
  formRef?: Ref<HTMLFormElement>;
  onInput?(): void;
  onSend(): void;
  children: ComponentChildren;
}

/** A form that the page sends, and not the browser. */
export function Form({ label, class: classes, formRef, onInput, onSend, children }: FormProps) {
  return (
    <form
      class={classes}
      aria-label={label}
      {...(formRef && { ref: formRef })}
      {...(onInput && { onInput })}
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      {children}
    </form>
  );
}
