import { Plus } from "lucide-react";
import { useState } from "react";
import { useSettingsSearch } from "@/features/settings/use_settings_search";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Popover } from "@/ui/popover";
import { keepDraft, readDraft } from "./drafts";
import { nameFault, starter } from "./starter";

/** A name, and one has a working example under it. */
export function NewPolicy({ taken }: { taken: string[] }) {
  const { change } = useSettingsSearch();
  const [name, setName] = useState("");
  const [isAsked, setAsked] = useState(false);
  const fault = taken.includes(name) ? "There is one of this name." : nameFault(name);
  const begin = () => {
    setAsked(true);
    if (fault !== null) return;
    if (readDraft(name) === null) keepDraft(name, starter(name));
    change({ open: name, tab: undefined }, false);
  };
  return (
    <Popover
      label="New policy"
      align="end"
      className="w-72"
      trigger={
        <Button size="sm" icon={Plus}>
          New policy
        </Button>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          begin();
        }}
      >
        <Field
          label="Name"
          hint="It begins with a working example to change."
          error={isAsked || taken.includes(name) ? fault : null}
        >
          {(ids) => (
            <Input
              {...ids}
              value={name}
              autoComplete="off"
              spellCheck={false}
              maxLength={63}
              placeholder="payments"
              onChange={({ target }) => setName(target.value.trim().toLowerCase())}
            />
          )}
        </Field>
        <Button type="submit" tone="primary" disabled={name === ""}>
          Begin
        </Button>
      </form>
    </Popover>
  );
}
