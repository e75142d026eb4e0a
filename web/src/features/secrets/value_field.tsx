import { Field, TextArea } from "@/ui/field";

interface Props {
  label: string;
  value: string;
  error?: string | null | undefined;
  onChange: (value: string) => void;
  isFocused?: boolean;
}

/**
 * A value that is typed or pasted and never shown. A password box would join the lines of a
 * private key, so it is a text box that draws dots.
 */
export function ValueField({ label, value, error, onChange, isFocused = false }: Props) {
  return (
    <Field label={label} error={error} className="min-w-52 grow basis-60">
      {(ids) => (
        <TextArea
          {...ids}
          rows={1}
          value={value}
          autoFocus={isFocused}
          autoComplete="off"
          autoCorrect="off"
          autoCapitalize="off"
          spellCheck={false}
          data-1p-ignore
          data-lpignore="true"
          maxLength={64_000}
          onChange={({ target }) => onChange(target.value)}
          className="min-h-8! resize-none! overflow-hidden font-mono [-webkit-text-security:disc] md:text-12! max-md:min-h-10!"
        />
      )}
    </Field>
  );
}
