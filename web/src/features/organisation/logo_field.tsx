import { PictureChoice } from "@/features/account/picture_choice";
import { DARK, LIGHT } from "./contrast";
import { logoUrl } from "./logo_url";
import { type Branding, usePutLogo, useRemoveLogo } from "./queries";

/** Seen on light and dark before it is sent. */
export function LogoField({ branding }: { branding: Branding }) {
  const put = usePutLogo();
  const remove = useRemoveLogo();
  return (
    <div className="flex flex-col gap-2">
      <span className="text-12 font-medium text-ink-2">Logo</span>
      <PictureChoice
        noun="logo"
        accept="image/png"
        stored={logoUrl(branding)}
        send={put.mutateAsync}
        remove={() => remove.mutateAsync(undefined)}
      >
        {(src) => src && <Shown src={src} />}
      </PictureChoice>
      <p className="text-12 text-ink-3">A PNG of at most 512 KB and 2048 pixels on each side.</p>
    </div>
  );
}

function Shown({ src }: { src: string }) {
  return (
    <span className="flex overflow-hidden rounded-md border border-line">
      {[LIGHT, DARK].map((ground) => (
        <span
          key={ground}
          className="grid h-14 w-28 place-items-center p-2"
          style={{ background: ground }}
        >
          <img
            src={src}
            alt={ground === LIGHT ? "The logo on light" : "The logo on dark"}
            className="max-h-10 max-w-24 object-contain"
          />
        </span>
      ))}
    </span>
  );
}
