import { Download, X } from "lucide-react";
import { useRef, useState } from "react";
import { useSettingsSearch } from "@/features/settings/use_settings_search";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { askedOf, isFiltered } from "./filter";
import { readLines } from "./queries";

/** What is filtered as lines of JSON; without a filter the whole log, straight from the server. */
export function AuditExport() {
  const { search } = useSettingsSearch();
  const [read, setRead] = useState<number | null>(null);
  const stop = useRef<AbortController>(null);
  const filtered = async () => {
    const control = new AbortController();
    stop.current = control;
    setRead(0);
    try {
      const lines = await readLines(askedOf(search), setRead, control.signal);
      const file = URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
      save(file, "audit.jsonl");
      setTimeout(() => URL.revokeObjectURL(file), 60_000);
    } catch (error) {
      if (!control.signal.aborted)
        toast(`Not exported: ${(error as Error).message}`, { isError: true });
    } finally {
      setRead(null);
    }
  };
  if (read !== null) {
    return (
      <Button size="sm" icon={X} onClick={() => stop.current?.abort()}>
        <span role="status">{count(read)} read, stop</span>
      </Button>
    );
  }
  return (
    <Button
      size="sm"
      icon={Download}
      onClick={() =>
        isFiltered(search) ? void filtered() : save("/api/v1/audit/export", "audit.jsonl")
      }
    >
      {isFiltered(search) ? "Export these" : "Export all"}
    </Button>
  );
}

function save(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
