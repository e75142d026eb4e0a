import { Copy, Download } from "lucide-react";
import { useState } from "react";
import { Button, buttonClass } from "@/ui/button";
import { toast } from "@/ui/toast";

interface Props {
  codes: readonly string[];
  onKept: () => void;
}

/** Shown this once; going on needs a word that they are kept somewhere. */
export function RecoveryCodes({ codes, onKept }: Props) {
  const [isKept, setKept] = useState(false);
  const text = `${codes.join("\n")}\n`;
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => toast("The codes are in the clipboard."),
      () => toast("The browser did not let us copy: select them.", { isError: true }),
    );
  return (
    <section aria-label="Recovery codes">
      <p className="font-medium">Recovery codes are shown this once. Keep them now.</p>
      <p className="mt-0.5 text-ink-2">
        Each lets you in once when you have lost your second factor.
      </p>
      <ul className="mt-3 grid grid-cols-2 gap-x-4 gap-y-1 rounded-md border border-line bg-sunken px-3 py-2.5">
        {codes.map((code) => (
          <li key={code}>
            <code className="text-12">{code}</code>
          </li>
        ))}
      </ul>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button size="sm" icon={Copy} onClick={copy}>
          Copy
        </Button>
        <a
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="cadre-recovery-codes.txt"
          className={buttonClass("default", "sm")}
        >
          <Download size={14} aria-hidden />
          Download
        </a>
      </div>
      <label className="mt-4 flex items-start gap-2">
        <input
          type="checkbox"
          checked={isKept}
          onChange={({ target }) => setKept(target.checked)}
          className="mt-0.5 size-4 accent-accent"
        />
        I have kept these codes in a safe place.
      </label>
      <Button tone="primary" className="mt-3" disabled={!isKept} onClick={onKept}>
        Done
      </Button>
    </section>
  );
}
