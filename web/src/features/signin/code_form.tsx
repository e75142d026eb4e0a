import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { faultOf, faultOfAll } from "./entering";

interface Props {
  isRecovery?: boolean;
  error: unknown;
  isBusy: boolean;
  onCode: (code: string) => void;
  /** Of the button. */
  label: string;
  onCancel?: () => void;
}

/** Six digits of an app, which phones fill in by themselves, or a recovery code. */
export function CodeForm({ isRecovery = false, error, isBusy, onCode, label, onCancel }: Props) {
  const rest = faultOfAll(error, ["code"]);
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onCode(String(new FormData(event.currentTarget).get("code")).trim());
      }}
    >
      <Field
        label={isRecovery ? "Recovery code" : "Code of your authenticator app"}
        error={faultOf(error, "code")}
        hint={isRecovery ? "Each works once." : "Six digits; they change every 30 seconds."}
      >
        {(ids) => (
          <Input
            {...ids}
            name="code"
            required
            autoFocus
            spellCheck={false}
            autoCapitalize="none"
            autoComplete={isRecovery ? "off" : "one-time-code"}
            inputMode={isRecovery ? "text" : "numeric"}
            placeholder={isRecovery ? "xxxx-xxxx-xxxx-xxxx" : "123456"}
            className="font-mono tracking-wider"
          />
        )}
      </Field>
      {rest && <ErrorNote error={rest} />}
      <div className="flex justify-end gap-2">
        {onCancel && (
          <Button tone="quiet" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <Button type="submit" tone="primary" isBusy={isBusy}>
          {label}
        </Button>
      </div>
    </form>
  );
}
