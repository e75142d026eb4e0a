import { useState } from "react";
import { Field, Input, Select } from "@/ui/field";
import { toast } from "@/ui/toast";
import { LimitFields } from "./limit_fields";
import { type Endpoints, useDropLimit, useSetLimit } from "./queries";
import { ENDPOINTS, endpointsLabel, KINDS, limitWords } from "./rules";

const ONES = KINDS.filter(({ one }) => one !== null);

/** A rule for one person, key, service account or address. */
export function LimitOne() {
  const [kind, setKind] = useState<string>("key");
  const [id, setId] = useState("");
  const [endpoints, setEndpoints] = useState<Endpoints>("reads");
  const [isMissing, setMissing] = useState(false);
  const set = useSetLimit();
  const drop = useDropLimit();
  const example = ONES.find((each) => each.id === kind)?.example ?? "";
  const save = (requests: number, seconds: number) => {
    setMissing(id.trim() === "");
    if (id.trim() === "") return;
    const subject = `${kind}:${id.trim()}`;
    set.mutate(
      { subject, endpoints, requests, seconds },
      {
        onSuccess: () => {
          setId("");
          toast(
            `${endpointsLabel(endpoints)} of ${subject}: ${limitWords({ requests, seconds })}.`,
            {
              onUndo: () => drop.mutate({ subject, endpoints }),
            },
          );
        },
      },
    );
  };
  return (
    <div>
      <div className="flex flex-wrap items-start gap-3">
        <Field label="Who">
          {(ids) => (
            <Select {...ids} value={kind} onChange={({ target }) => setKind(target.value)}>
              {ONES.map(({ id: each, one }) => (
                <option key={each} value={each}>
                  {one}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label={kind === "address" ? "Address" : "Id"}
          error={isMissing && id.trim() === "" ? "Say which one." : null}
          className="min-w-48"
        >
          {(ids) => (
            <Input
              {...ids}
              value={id}
              spellCheck={false}
              placeholder={example}
              onChange={({ target }) => setId(target.value)}
              className="font-mono md:text-12!"
            />
          )}
        </Field>
        <Field label="What">
          {(ids) => (
            <Select
              {...ids}
              value={endpoints}
              onChange={({ target }) => setEndpoints(target.value as Endpoints)}
            >
              {ENDPOINTS.map(({ id: each, label }) => (
                <option key={each} value={each}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <LimitFields
        requests={100}
        seconds={60}
        error={set.error}
        isPending={set.isPending}
        onSave={save}
      />
    </div>
  );
}
