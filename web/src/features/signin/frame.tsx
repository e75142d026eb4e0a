/** The frame of every page before somebody is in: the organisation's look, one column, one task. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { apiUrl } from "@/api/client";
import { useIsDark } from "@/lib/theme";
import { Mark } from "@/ui/mark";
import { brandStyle, productName } from "./brand";
import { optionsQuery } from "./entering";

interface Props {
  title: string;
  /** What this page is for, in a sentence. */
  lead?: ReactNode;
  children: ReactNode;
  /** Ways elsewhere, below. */
  footer?: ReactNode;
}

export function Frame({ title, lead, children, footer }: Props) {
  const { data } = useSuspenseQuery(optionsQuery);
  const product = productName(data.branding);
  useEffect(() => {
    document.title = product;
  }, [product]);
  return (
    <main
      style={brandStyle(data.branding, useIsDark())}
      className="pane flex h-dvh flex-col bg-canvas px-6"
    >
      <div className="m-auto w-full max-w-85 py-10">
        <header className="flex h-9 items-center gap-2.5">
          {data.branding["has_logo"] ? (
            <img src={apiUrl("/org/logo")} alt={product} className="h-9 max-w-40 object-contain" />
          ) : (
            <>
              <Mark size={28} />
              <span className="text-16 font-semibold tracking-[-0.01em]">{product}</span>
            </>
          )}
          <span className="ml-auto min-w-0 truncate text-13 text-ink-2">{data.org}</span>
        </header>
        <h1 className="mt-7 text-20 font-semibold tracking-[-0.01em]">{title}</h1>
        {lead && <p className="mt-1 text-ink-2">{lead}</p>}
        <div className="mt-5">{children}</div>
        {footer && (
          <footer className="mt-6 flex flex-col gap-1 border-t border-line pt-4 text-ink-2">
            {footer}
          </footer>
        )}
      </div>
    </main>
  );
}

export const LINK = "text-accent-text underline underline-offset-2 hover:no-underline";
