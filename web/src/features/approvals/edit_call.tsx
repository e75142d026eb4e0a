/** Changing a call before it acts. What comes out is a new call, and it says so. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Approval } from "@/api/types";
import { Button } from "@/ui/button";
import { Field as FieldBox, Input, Select, TextArea } from "@/ui/field";
import {
  type Edited,
  type Field,
  formFields,
  fromTyped,
  readJsonObject,
  type Typed,
  toTyped,
} from "./edit";
import { toolsQuery } from "./queries";

interface Props {
  approval: Approval;
  onCancel: () => void;
  onSend: (changed: Record<string, unknown>) => void;
}

type Mode = "form" | "json";

export function EditCall({ approval, onCancel, onSend }: Props) {
  const tools = useQuery(toolsQuery);
  const tool = tools.data?.items.find((each) => each.name === approval.tool);
  const fields = formFields(tool?.parameters, approval.arguments);
  const [mode, setMode] = useState<Mode>("form");
  const [typed, setTyped] = useState<Typed>(() => toTyped(fields, approval.arguments));
  const [json, setJson] = useState("");
  const [errors, setErrors] = useState<Edited["errors"]>({});

  const read = () => (mode === "form" ? fromTyped(fields, typed) : readJsonObject(json));
  const change = (to: Mode) => {
    const edited = read();
    if (Object.keys(edited.errors).length > 0) return setErrors(edited.errors);
    if (to === "json") setJson(JSON.stringify(edited.arguments, null, 2));
    else setTyped(toTyped(formFields(tool?.parameters, edited.arguments), edited.arguments));
    setErrors({});
    setMode(to);
  };
  const send = () => {
    const edited = read();
    setErrors(edited.errors);
    if (Object.keys(edited.errors).length === 0) onSend(edited.arguments);
  };

  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="flex flex-wrap items-center gap-2">
        <p className="grow text-12 text-ink-2">
          This is a new call: what was asked for does not act, what you write does.
        </p>
        <Button size="sm" tone="quiet" onClick={() => change(mode === "form" ? "json" : "form")}>
          {mode === "form" ? "Edit as JSON" : "Edit as a form"}
        </Button>
      </div>
      {mode === "json" ? (
        <FieldBox label="Arguments (JSON)" error={errors[""]}>
          {(ids) => (
            <TextArea
              {...ids}
              value={json}
              spellCheck={false}
              onChange={({ target }) => setJson(target.value)}
              className="min-h-56 font-mono md:text-12!"
            />
          )}
        </FieldBox>
      ) : (
        fields.map((field) => (
          <ArgumentField
            key={field.name}
            field={field}
            text={typed[field.name]}
            error={errors[field.name]}
            onChange={(text) => setTyped({ ...typed, [field.name]: text })}
          />
        ))
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" tone="primary">
          Approve the changed call
        </Button>
        <Button onClick={onCancel}>Discard the changes</Button>
      </div>
    </form>
  );
}

interface ArgumentProps {
  field: Field;
  text: string | undefined;
  error: string | undefined;
  onChange: (text: string) => void;
}

function ArgumentField({ field, text, error, onChange }: ArgumentProps) {
  const label = field.isRequired ? field.name : `${field.name} (optional)`;
  const value = text ?? "";
  return (
    <FieldBox label={label} hint={field.description || undefined} error={error}>
      {(ids) => {
        if (field.type === "choice" || field.type === "boolean") {
          const choices = field.type === "boolean" ? ["true", "false"] : field.choices;
          return (
            <Select {...ids} value={value} onChange={({ target }) => onChange(target.value)}>
              <option value="">left out</option>
              {choices.map((choice) => (
                <option key={choice}>{choice}</option>
              ))}
            </Select>
          );
        }
        const isTall = field.type === "long" || field.type === "json";
        const shared = {
          ...ids,
          value,
          spellCheck: false,
          className: "font-mono md:text-12!",
        };
        if (!isTall) return <Input {...shared} onChange={({ target }) => onChange(target.value)} />;
        return (
          <TextArea
            {...shared}
            rows={Math.min(16, value.split("\n").length + 1)}
            onChange={({ target }) => onChange(target.value)}
          />
        );
      }}
    </FieldBox>
  );
}
