import "./code.css";
import { clsx } from "clsx";
import { Check, Copy } from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";
import type { Token } from "@/lib/highlight";
import { IconButton } from "./button";

interface Props {
  code: string;
  language?: string;
  /** Shown at the top; the language otherwise. */
  title?: string;
  /** Higher than this it scrolls by itself. */
  maxHeight?: number;
  className?: string;
}

/** Longer code is shown plain: colours would cost more than they tell. */
const LONGEST_COLOURED = 60_000;
/** Colours come when the text has been still for a moment, so a streaming block stays cheap. */
const STILL_MS = 120;

export const CodeBlock = memo(function CodeBlock({
  code,
  language = "",
  title,
  maxHeight,
  className,
}: Props) {
  const lines = useTokens(code, language);
  const heading = title ?? language;
  return (
    <figure
      className={clsx(
        "group/code relative min-w-0 overflow-hidden rounded-lg border border-line bg-sunken",
        className,
      )}
    >
      {heading && (
        <figcaption className="flex h-7 items-center border-b border-line pl-3 text-11 text-ink-3">
          {heading}
        </figcaption>
      )}
      <CopyButton text={code} className="absolute top-0 right-0 max-md:size-7!" />
      <pre
        tabIndex={0}
        className="overflow-auto px-3 py-2 text-12 leading-4.5 outline-offset-[-2px]"
        style={{ maxHeight }}
      >
        <code>{lines ? lines.map((line, index) => <Line key={index} tokens={line} />) : code}</code>
      </pre>
    </figure>
  );
});

function Line({ tokens }: { tokens: Token[] }) {
  return (
    <>
      {tokens.map(({ text, className }, index) =>
        className ? (
          <span key={index} className={className}>
            {text}
          </span>
        ) : (
          text
        ),
      )}
      {"\n"}
    </>
  );
}

function useTokens(code: string, language: string): Token[][] | null {
  const [done, setDone] = useState<{ code: string; lines: Token[][] | null } | null>(null);
  useEffect(() => {
    if (!language || code.length > LONGEST_COLOURED) return;
    let isStale = false;
    const timer = setTimeout(async () => {
      const { highlight } = await import("@/lib/highlight");
      const lines = await highlight(code, language).catch(() => null);
      if (!isStale) setDone({ code, lines });
    }, STILL_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [code, language]);
  return done?.code === code ? done.lines : null;
}

export function CopyButton({
  text,
  label = "Copy",
  className,
}: {
  text: string;
  label?: string;
  className?: string;
}) {
  const [isCopied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <IconButton
      icon={isCopied ? Check : Copy}
      label={isCopied ? "Copied" : label}
      className={className ?? ""}
      onClick={async () => {
        await copy(text);
        setCopied(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setCopied(false), 1500);
      }}
    />
  );
}

async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without TLS and off loopback there is no clipboard API.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
