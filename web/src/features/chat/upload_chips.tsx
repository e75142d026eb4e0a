import { X } from "lucide-react";
import { bytes } from "@/lib/format";
import { FileGlyph } from "./answer_files";
import type { Upload } from "./uploads";

interface Props {
  uploads: Upload[];
  onRemove: (id: string) => void;
}

/** Files of the next message, each with how far it is. */
export function UploadChips({ uploads, onRemove }: Props) {
  if (uploads.length === 0) return null;
  return (
    <ul aria-label="Attached files" className="flex flex-wrap gap-1.5 px-2.5 pt-2.5">
      {uploads.map(({ id, file, progress, ref, error }) => (
        <li
          key={id}
          className="relative flex h-8 max-w-full min-w-0 items-center gap-2 overflow-hidden rounded-md border border-line bg-surface pr-1 pl-2.5 text-12"
        >
          <FileGlyph name={file.name} />
          <span className="truncate">{file.name}</span>
          <span className={error ? "truncate text-bad" : "tabular shrink-0 text-ink-3"}>
            {error ??
              (ref || progress === 0 ? bytes(file.size) : `${Math.round(progress * 100)} %`)}
          </span>
          <button
            type="button"
            aria-label={`Take off ${file.name}`}
            onClick={() => onRemove(id)}
            className="grid size-6 shrink-0 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
          >
            <X size={13} aria-hidden />
          </button>
          {!ref && !error && progress > 0 && (
            <span
              className="absolute bottom-0 left-0 h-0.5 bg-accent transition-[width] duration-160"
              style={{ width: `${progress * 100}%` }}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
