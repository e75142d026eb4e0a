import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { type SettingsSearch, useSettingsSearch } from "@/features/settings/use_settings_search";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/field";
import { FilterText } from "@/ui/filter_text";
import { AuditExport } from "./audit_export";
import { isFiltered, NO_FILTER } from "./filter";
import { actionsQuery } from "./queries";
import { VerifyChain } from "./verify_chain";

const STILL_MS = 200;
const SMALL = "shrink-0 [&>select]:h-7 [&>select]:text-12 max-md:[&>select]:h-9";

/** The filters, which live in the address and nowhere else; and what can be done with the log. */
export function AuditFilters() {
  const { search, change } = useSettingsSearch();
  const put = (changes: SettingsSearch) => change({ ...changes, open: undefined });
  return (
    <div className="shrink-0 border-b border-line">
      <div className="flex flex-wrap items-center gap-2 px-4 py-2">
        <FilterText
          group="Audit log"
          label="Search the log"
          placeholder="Search everything"
          text={search.q ?? ""}
          onChange={(q) => put({ q: q || undefined })}
          className="min-w-40 grow basis-44 md:max-w-72"
        />
        <Select
          aria-label="Result"
          value={search.result ?? ""}
          onChange={({ target }) => put({ result: target.value || undefined })}
          className={SMALL}
        >
          <option value="">Any result</option>
          <option value="ok">Done</option>
          <option value="refused">Refused</option>
          <option value="failed">Failed</option>
        </Select>
        <span className="ml-auto flex items-center gap-1.5">
          <VerifyChain />
          <AuditExport />
        </span>
      </div>
      <div className="flex items-center gap-2 overflow-x-auto px-4 pb-2">
        <ActionFilter value={search.action} onChange={(action) => put({ action })} />
        <TextFilter label="Who" value={search.actor} onChange={(actor) => put({ actor })} />
        <TextFilter
          label="On what"
          value={search.resource}
          onChange={(resource) => put({ resource })}
        />
        <DayFilter label="From" value={search.since} onChange={(since) => put({ since })} />
        <DayFilter label="To" value={search.until} onChange={(until) => put({ until })} />
        {isFiltered(search) && (
          <Button size="sm" tone="quiet" icon={X} onClick={() => put(NO_FILTER)}>
            Clear
          </Button>
        )}
      </div>
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function ActionFilter({ value = "", onChange }: Omit<FieldProps, "label">) {
  const { data } = useQuery(actionsQuery);
  const id = useId();
  return (
    <>
      <FilterInput label="Action" value={value} onChange={onChange} list={id} />
      <datalist id={id}>
        {data?.items.map((action) => (
          <option key={action} value={action} />
        ))}
      </datalist>
    </>
  );
}

function TextFilter(props: FieldProps) {
  return <FilterInput {...props} value={props.value ?? ""} />;
}

interface InputProps extends Omit<FieldProps, "value"> {
  value: string;
  list?: string;
}

/** Typing is never held up: the address follows when the person pauses. */
function FilterInput({ label, value, onChange, list }: InputProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed || undefined), STILL_MS);
    return () => clearTimeout(timer);
  });
  return (
    <Input
      aria-label={label}
      placeholder={label}
      value={typed}
      list={list}
      spellCheck={false}
      autoComplete="off"
      maxLength={200}
      onChange={({ target }) => setTyped(target.value)}
      className="h-7! w-36! shrink-0 md:text-12! max-md:h-9!"
    />
  );
}

function DayFilter({ label, value = "", onChange }: FieldProps) {
  const id = useId();
  return (
    <span className="flex shrink-0 items-center gap-1.5">
      <label htmlFor={id} className="text-12 text-ink-3">
        {label}
      </label>
      <Input
        id={id}
        type="date"
        value={value}
        onChange={({ target }) => onChange(target.value || undefined)}
        className="h-7! w-auto! md:text-12! max-md:h-9!"
      />
    </span>
  );
}
