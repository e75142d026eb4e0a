import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";

interface Props {
  label: string;
  /** Null: one is stored, and nobody can read it here. */
  value: string | null;
  hint: string;
  placeholder?: string;
  error?: string | null | undefined;
  onChange: (value: string) => void;
}

/** A secret: sent once, masked for ever after. */
export function SecretField({ label, value, hint, placeholder, error, onChange }: Props) {
  if (value === null) {
    return (
      <div className="flex items-start gap-2">
        <Field
          label={label}
          hint="Stored sealed. Nobody can read it here, also not you."
          error={error}
          className="min-w-0 grow"
        >
          {(ids) => <Input {...ids} value="••••••••••••••••" disabled readOnly />}
        </Field>
        <Button className="mt-5" onClick={() => onChange("")}>
          Replace
        </Button>
      </div>
    );
  }
  return (
    <Field label={label} hint={`${hint} Sent once and stored sealed.`} error={error}>
      {(ids) => (
        <Input
          {...ids}
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          value={value}
          onChange={({ target }) => onChange(target.value)}
          className="font-mono md:text-12!"
        />
      )}
    </Field>
  );
}
