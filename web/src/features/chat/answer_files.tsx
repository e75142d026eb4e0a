import { File as FileIcon, FileText, Image as ImageIcon, Sheet as SheetIcon } from "lucide-react";
import type { FileRef } from "@/api/types";
import { bytes } from "@/lib/format";
import { fileUrl } from "./files";
import { fileName } from "./pictures";

interface Props {
  files: FileRef[];
  place: string;
}

export function FileChips({ files, place }: Props) {
  return (
    <ul aria-label="Files" className="flex flex-wrap gap-1.5">
      {files.map((file) => (
        <li key={file.path} className="max-w-full">
          <a
            href={fileUrl(place, file)}
            download={fileName(file.path)}
            className="flex h-8 min-w-0 items-center gap-2 rounded-md border border-line bg-surface px-2.5 text-12 transition-colors duration-120 hover:border-line-strong hover:bg-hover max-md:h-10"
          >
            <FileGlyph name={file.path} />
            <span className="truncate">{fileName(file.path)}</span>
            {file.size > 0 && (
              <span className="tabular shrink-0 text-ink-3">{bytes(file.size)}</span>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}

export function FileGlyph({ name }: { name: string }) {
  const suffix = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const look = {
    size: 14,
    "aria-hidden": true,
    strokeWidth: 1.75,
    className: "shrink-0 text-ink-3",
  } as const;
  if (["csv", "tsv", "xlsx", "parquet"].includes(suffix)) return <SheetIcon {...look} />;
  if (["png", "jpg", "jpeg", "svg", "gif", "webp"].includes(suffix)) return <ImageIcon {...look} />;
  if (["md", "txt", "log", "json", "jsonl", "yaml", "pdf"].includes(suffix))
    return <FileText {...look} />;
  return <FileIcon {...look} />;
}
