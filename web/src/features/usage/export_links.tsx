import { Download } from "lucide-react";
import { Button } from "@/ui/button";
import { Menu } from "@/ui/popover";
import { type Question, questionText } from "./filter";

const FORMS = [
  { form: "csv", label: "As CSV" },
  { form: "jsonl", label: "As lines of JSON" },
];

/** Every call of this time and these filters as a file, not only those that were read so far. */
export function ExportMenu({ question }: { question: Question }) {
  return (
    <Menu
      trigger={
        <Button size="sm" icon={Download}>
          Export
        </Button>
      }
      items={FORMS.map(({ form, label }) => ({
        label,
        onSelect: () => {
          const link = document.createElement("a");
          link.href = `/api/v1/usage/export?${questionText({ ...question, format: form })}`;
          link.download = "";
          link.click();
        },
      }))}
    />
  );
}
