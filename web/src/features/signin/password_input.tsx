import { ArrowBigUp, Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type KeyboardEvent, useState } from "react";
import { IconButton } from "@/ui/button";
import { Field, Input } from "@/ui/field";

interface Props extends Omit<ComponentProps<"input">, "type" | "autoComplete"> {
  label: string;
  hint?: string | undefined;
  error?: string | null;
  /** What a password manager should do here. */
  autoComplete: "current-password" | "new-password";
}

/** A password can be looked at; that the letters are locked to capitals is said before it is wrong. */
export function PasswordField({ label, hint, error, ...rest }: Props) {
  const [isShown, setShown] = useState(false);
  const [isLocked, setLocked] = useState(false);
  const look = (event: KeyboardEvent) => setLocked(event.getModifierState("CapsLock"));
  return (
    <div>
      <Field label={label} error={error} {...(hint ? { hint } : {})}>
        {(ids) => (
          <span className="relative block">
            <Input
              name={rest.autoComplete === "new-password" ? "new-password" : "password"}
              required
              {...rest}
              {...ids}
              type={isShown ? "text" : "password"}
              spellCheck={false}
              autoCapitalize="none"
              className="pr-9 max-md:pr-11"
              onKeyDown={look}
              onKeyUp={look}
              onBlur={() => setLocked(false)}
            />
            <IconButton
              icon={isShown ? EyeOff : Eye}
              label={isShown ? "Hide the password" : "Show the password"}
              aria-pressed={isShown}
              onClick={() => setShown(!isShown)}
              className="absolute! top-0.5 right-0.5"
            />
          </span>
        )}
      </Field>
      <p role="status" className="text-12 text-warn">
        {isLocked && (
          <span className="mt-1 flex items-center gap-1">
            <ArrowBigUp size={14} aria-hidden />
            Caps lock is on.
          </span>
        )}
      </p>
    </div>
  );
}
