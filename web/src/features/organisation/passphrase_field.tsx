import { Field, Input } from "@/ui/field";

interface Props {
  value: string;
  hint: string;
  error: string | null;
  onChange: (passphrase: string) => void;
}

const LEAST = 12;

/** Seen while it is typed: whoever mistypes it never opens the archive again. */
export function PassphraseField({ value, hint, error, onChange }: Props) {
  const isShort = value !== "" && value.length < LEAST;
  return (
    <Field
      label="Passphrase"
      hint={isShort ? `${LEAST - value.length} more characters.` : hint}
      error={error}
    >
      {(ids) => (
        <Input
          {...ids}
          value={value}
          autoComplete="off"
          spellCheck={false}
          placeholder="none"
          className="font-mono"
          maxLength={1000}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
