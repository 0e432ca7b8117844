interface FieldProps {
  name: string;
  label: string;
  value?: string;
  required?: boolean;
  hint?: string;
  wide?: boolean;
  most?: number;
}

/** A line of text in a form. */
export function TextField({ name, label, wide, hint, most, ...more }: FieldProps) {
  return (
    <label class={wide ? 'wide' : ''}>
      <span>{label}</span>
      <input
        name={name}
        type="text"
        autoComplete="off"
        spellcheck={false}
        {...(hint !== undefined && { placeholder: hint })}
        {...(most !== undefined && { maxLength: most })}
        {...more}
      />
    </label>
  );
}

/** A time in a form, by the clock of the zone that the page shows. */
export function TimeField({ name, label }: Pick<FieldProps, 'name' | 'label'>) {
  return (
    <label>
      <span>{label}</span>
      <input name={name} type="datetime-local" step={1} autoComplete="off" />
    </label>
  );
}

/** A choice of `options`: what is sent, and what it says. */
export function SelectField({
  name,
  label,
  options,
}: Pick<FieldProps, 'name' | 'label'> & { options: readonly (readonly [value: string, says: string])[] }) {
  return (
    <label>
      <span>{label}</span>
      <select name={name}>
        {options.map(([value, says]) => (
          <option key={value} value={value}>
            {says}
          </option>
        ))}
      </select>
    </label>
  );
}
