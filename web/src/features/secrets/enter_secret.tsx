import { Lock } from "lucide-react";
import { useState } from "react";
import { Problem } from "@/api/client";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { toast } from "@/ui/toast";
import { useEnter } from "./queries";
import { ValueField } from "./value_field";

export function EnterSecret({ taken }: { taken: string[] }) {
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const enter = useEnter();
  const field = enter.error instanceof Problem ? enter.error.field : null;
  const isTaken = taken.includes(name);
  const send = () => {
    if (name === "" || value === "" || isTaken) return;
    enter.mutate(
      { name, value },
      {
        onSuccess: (secret) => {
          toast(`“${secret.name}” is kept. Its value is not shown again.`);
          setName("");
          setValue("");
          enter.reset();
        },
      },
    );
  };
  const inField = field === "name" || field === "value";
  return (
    <form
      aria-label="Enter a secret"
      autoComplete="off"
      className="flex flex-wrap items-start gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Field
        label="Name"
        className="min-w-44 grow basis-44 md:max-w-64"
        error={
          isTaken
            ? "There is one of this name: give it a new value below."
            : field === "name"
              ? enter.error?.message
              : null
        }
      >
        {(ids) => (
          <Input
            {...ids}
            value={name}
            placeholder="shop_token"
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            onChange={({ target }) => setName(target.value.trim())}
            className="font-mono md:text-12!"
          />
        )}
      </Field>
      <ValueField
        label="Value"
        value={value}
        error={field === "value" ? enter.error?.message : null}
        onChange={setValue}
      />
      <Button
        type="submit"
        tone="primary"
        icon={Lock}
        className="mt-5"
        disabled={name === "" || value === "" || isTaken}
        isBusy={enter.isPending}
      >
        Keep it
      </Button>
      {enter.error && !inField && (
        <p role="alert" className="w-full text-bad">
          Not kept: {enter.error.message} What you typed is still here.
        </p>
      )}
    </form>
  );
}
