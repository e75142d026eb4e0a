import { Download, ExternalLink } from "lucide-react";
import { useState } from "react";
import { Dialog } from "@/ui/dialog";
import { fileUrl } from "./files";
import { fileName, type Picture } from "./pictures";

/** A picture that an answer made, to look at and to take away in every format. */
export function PictureCard({ picture, place }: { picture: Picture; place: string }) {
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
          className="max-h-120 min-h-40 min-w-60 max-w-full bg-paper object-contain p-3"
        />
      </button>
      <figcaption className="flex min-h-9 flex-wrap items-center gap-x-1 border-t border-line bg-sunken py-1 pr-1 pl-3 text-12 text-ink-2">
        <span className="mr-auto min-w-0 truncate pr-3 max-md:basis-full">{picture.title}</span>
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
          className="mx-auto max-h-[74dvh] w-full rounded-md bg-paper object-contain p-4"
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
