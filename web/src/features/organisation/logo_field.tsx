import { ImageUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { logoUrl } from "./logo_url";
import { type Branding, usePutLogo, useRemoveLogo } from "./queries";

/** Seen on light and dark before it is sent. */
export function LogoField({ branding }: { branding: Branding }) {
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<File | null>(null);
  const preview = usePreview(chosen);
  const put = usePutLogo();
  const remove = useRemoveLogo();
  const src = preview ?? logoUrl(branding);
  const drop = async () => {
    const stored = logoUrl(branding);
    const before = stored && (await fetch(stored).then((said) => (said.ok ? said.blob() : null)));
    remove.mutate(undefined, {
      onSuccess: () =>
        toast("The logo is removed.", before ? { onUndo: () => put.mutate(before) } : {}),
    });
  };
  return (
    <div className="flex flex-col gap-2">
      <span className="text-12 font-medium text-ink-2">Logo</span>
      <div className="flex flex-wrap items-center gap-3">
        {src && <Shown src={src} />}
        <input
          ref={input}
          type="file"
          accept="image/png"
          aria-label="Logo file"
          className="sr-only"
          tabIndex={-1}
          onChange={({ target }) => {
            setChosen(target.files?.[0] ?? null);
            put.reset();
            target.value = "";
          }}
        />
        {chosen ? (
          <div className="flex gap-2">
            <Button
              size="sm"
              tone="primary"
              isBusy={put.isPending}
              onClick={() => put.mutate(chosen, { onSuccess: () => setChosen(null) })}
            >
              Use this logo
            </Button>
            <Button size="sm" tone="quiet" onClick={() => setChosen(null)}>
              Cancel
            </Button>
          </div>
        ) : (
          <div className="flex gap-2">
            <Button size="sm" icon={ImageUp} onClick={() => input.current?.click()}>
              {branding.logo ? "Change the logo" : "Choose a logo"}
            </Button>
            {branding.logo && (
              <Button size="sm" tone="quiet" isBusy={remove.isPending} onClick={() => void drop()}>
                Remove
              </Button>
            )}
          </div>
        )}
      </div>
      <p className="text-12 text-ink-3">A PNG of at most 512 KB and 2048 pixels on each side.</p>
      {(put.error ?? remove.error) && (
        <ErrorNote title="The logo was not changed" error={put.error ?? remove.error} />
      )}
    </div>
  );
}

function Shown({ src }: { src: string }) {
  return (
    <span className="flex overflow-hidden rounded-md border border-line">
      {["#ffffff", "#16181d"].map((ground) => (
        <span
          key={ground}
          className="grid h-14 w-28 place-items-center p-2"
          style={{ background: ground }}
        >
          <img
            src={src}
            alt={ground === "#ffffff" ? "The logo on light" : "The logo on dark"}
            className="max-h-10 max-w-24 object-contain"
          />
        </span>
      ))}
    </span>
  );
}

/** An address for a picture that is only here so far. */
function usePreview(picture: Blob | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (picture === null) return;
    const made = URL.createObjectURL(picture);
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
      setUrl(null);
    };
  }, [picture]);
  return url;
}
