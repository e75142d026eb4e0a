import type { components } from "@/api/schema";
import { CopyButton } from "@/ui/code_block";

export type TotpStart = components["schemas"]["TotpStart"];

/** What an authenticator app needs: a picture to point at, or a key to type. */
export function AppKey({ setup }: { setup: TotpStart }) {
  return (
    <div className="flex flex-wrap items-start gap-4">
      {/* As a picture, so that nothing in it can act on the page. */}
      <img
        src={`data:image/svg+xml,${encodeURIComponent(setup.qr)}`}
        alt="QR code for an authenticator app"
        width={168}
        height={168}
        className="size-42 shrink-0 rounded-md border border-line bg-paper"
      />
      <div className="min-w-40 flex-1">
        <p className="text-12 text-ink-2">
          Point the app's camera at it. On this device?{" "}
          <a href={setup.uri} className="text-accent-text underline underline-offset-2">
            Open the app
          </a>
          , or type the key:
        </p>
        <div className="mt-2 flex items-center gap-1 rounded-md border border-line bg-sunken pl-2.5">
          <code className="min-w-0 grow py-1.5 text-12" data-testid="totp-key">
            {inGroups(setup.secret)}
          </code>
          <CopyButton text={setup.secret} label="Copy the key" />
        </div>
      </div>
    </div>
  );
}

function inGroups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(" ") ?? secret;
}
