import {
  Download,
  ExternalLink,
  File as FileIcon,
  FileText,
  Image as ImageIcon,
  Sheet as SheetIcon,
} from "lucide-react";
import { useState } from "react";
import type { FileRef } from "@/api/types";
import { bytes } from "@/lib/format";
import { Dialog } from "@/ui/dialog";
import { fileUrl } from "./files";
import { fileName, type Picture, sortFiles } from "./pictures";

interface Props {
  files: FileRef[];
  place: string;
}

/** What an answer made: pictures to look at, other files to take away. */
export function AnswerFiles({ files, place }: Props) {
  const { pictures, others } = sortFiles(files);
  return (
    <>
      {pictures.map((picture) => (
        <PictureCard key={picture.name} picture={picture} place={place} />
      ))}
      {others.length > 0 && <FileChips files={others} place={place} />}
    </>
  );
}

function PictureCard({ picture, place }: { picture: Picture; place: string }) {
  const [isOpen, setOpen] = useState(false);
  const url = fileUrl(place, picture.shown, true);
  return (
    <figure className="w-fit max-w-full overflow-hidden rounded-lg border border-line">
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-label={`Enlarge ${picture.title}`}
        className="block max-w-full cursor-zoom-in outline-offset-[-2px]"
      >
        {/* Charts are drawn dark on nothing, so the paper stays white in the dark. */}
        <img
          src={url}
          alt={picture.title}
          className="max-h-120 min-h-40 min-w-60 max-w-full bg-white object-contain p-3"
        />
      </button>
      <figcaption className="flex min-h-9 flex-wrap items-center gap-x-1 border-t border-line bg-sunken py-1 pr-1 pl-3 text-12 text-ink-2">
        <span className="mr-auto min-w-0 truncate pr-3">{picture.title}</span>
        <PictureActions picture={picture} place={place} />
      </figcaption>
      <Dialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={picture.title}
        className="md:w-[92vw] md:top-[4dvh] max-h-[92dvh]"
      >
        <img
          src={url}
          alt={picture.title}
          className="mx-auto max-h-[74dvh] w-full rounded-md bg-white object-contain p-4"
        />
        <div className="mt-3 flex justify-end gap-1">
          <PictureActions picture={picture} place={place} />
        </div>
      </Dialog>
    </figure>
  );
}

const ACTION =
  "inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-12 text-ink-2 transition-colors duration-120 hover:bg-hover hover:text-ink max-md:h-9";

function PictureActions({ picture, place }: { picture: Picture; place: string }) {
  return (
    <>
      <a
        className={ACTION}
        href={fileUrl(place, picture.shown, true)}
        target="_blank"
        rel="noreferrer"
      >
        <ExternalLink size={13} aria-hidden /> Open
      </a>
      {picture.formats.map((file) => (
        <a
          key={file.path}
          className={ACTION}
          href={fileUrl(place, file)}
          download={fileName(file.path)}
        >
          <Download size={13} aria-hidden />
          {file.path.slice(file.path.lastIndexOf(".") + 1).toUpperCase()}
        </a>
      ))}
    </>
  );
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
