import { Download } from "lucide-react";
import { apiUrl } from "@/api/client";
import { useSettingsSearch } from "@/features/settings/use_settings_search";
import { buttonClass } from "@/ui/button";
import { askedOf, isFiltered } from "./filter";

/** What is shown as lines of JSON, the oldest first, straight from the server. */
export function AuditExport() {
  const { search } = useSettingsSearch();
  return (
    <a
      href={apiUrl("/audit/export", { ...askedOf(search) })}
      download="audit.jsonl"
      className={buttonClass("default", "sm")}
    >
      <Download size={14} aria-hidden />
      {isFiltered(search) ? "Export these" : "Export all"}
    </a>
  );
}
