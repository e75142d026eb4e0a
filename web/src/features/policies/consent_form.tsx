import { Check } from "lucide-react";
import { useState } from "react";
import { Problem } from "@/api/client";
import { ToolInput } from "@/features/settings/rule_row";
import { Button } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { type ConsentInput, type Span, useGive } from "./consent_queries";

const SPANS: { id: Span; label: string }[] = [
  { id: "once", label: "For one call" },
  { id: "until", label: "Until …" },
  { id: "always", label: "Until I withdraw it" },
];

/** Given at once, for oneself. */
export function ConsentForm() {
  const [tool, setTool] = useState("");
  const [resource, setResource] = useState("");
  const [span, setSpan] = useState<Span>("once");
  const [until, setUntil] = useState("");
  const give = useGive();
  const field = give.error instanceof Problem ? give.error.field : null;
  const send = () => {
    const body: ConsentInput = { tool: tool.trim(), span, grant: true };
    if (resource.trim() !== "") body.resource = resource.trim();
    if (span === "until" && until !== "") body.expires_at = new Date(until).getTime() / 1000;
    give.mutate(body, {
      onSuccess: () => {
        setTool("");
        setResource("");
        toast(`${body.tool} may go on without asking you.`);
      },
    });
  };
  return (
    <form
      aria-label="Give a consent"
      className="flex flex-wrap items-start gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Field label="Tool" className="min-w-40 grow basis-40 md:max-w-56">
        {(ids) => <ToolInput ids={ids} tool={tool} onChange={setTool} />}
      </Field>
      <Field
        label="Only for"
        className="min-w-40 grow basis-40 md:max-w-72"
        hint="Anything, if empty."
      >
        {(ids) => (
          <Input
            {...ids}
            value={resource}
            spellCheck={false}
            maxLength={500}
            placeholder="host:example.org"
            onChange={({ target }) => setResource(target.value)}
            className="font-mono md:text-12!"
          />
        )}
      </Field>
      <Field label="It holds">
        {(ids) => (
          <Select {...ids} value={span} onChange={({ target }) => setSpan(target.value as Span)}>
            {SPANS.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {span === "until" && (
        <Field label="Until" error={field === "expires_at" ? give.error?.message : null}>
          {(ids) => (
            <Input
              {...ids}
              type="datetime-local"
              value={until}
              onChange={({ target }) => setUntil(target.value)}
              className="w-auto!"
            />
          )}
        </Field>
      )}
      <Button
        type="submit"
        icon={Check}
        className="mt-5"
        disabled={tool.trim() === "" || (span === "until" && until === "")}
        isBusy={give.isPending}
      >
        Give it
      </Button>
      {give.error && field !== "expires_at" && (
        <ErrorNote
          className="w-full"
          title="Not given. What you typed is kept."
          error={give.error}
        />
      )}
    </form>
  );
}
