import { CodeBlock, CopyButton } from "@/ui/code_block";
import type { NewKey } from "./queries";

/** A secret that is shown this once, and a call to try it with. */
export function FreshKey({ apiKey }: { apiKey: NewKey }) {
  const origin = globalThis.location?.origin ?? "";
  const may = apiKey.grants?.map(({ permission }) => permission) ?? ["*"];
  const path = may.some((each) => each === "*" || each.startsWith("runs:"))
    ? "/api/v1/runs"
    : "/v1/models";
  const example = `curl -H "Authorization: Bearer ${apiKey.key}" ${origin}${path}`;
  return (
    <div role="status" className="mt-4 max-w-150 rounded-lg border border-line bg-canvas p-4">
      <p className="font-medium">The key “{apiKey.name}” is shown this once. Copy it now.</p>
      <div className="mt-2 flex items-center gap-1 rounded-md border border-line-strong bg-surface pl-3">
        <code data-testid="fresh-key" className="min-w-0 grow py-1.5 text-12 break-all">
          {apiKey.key}
        </code>
        <CopyButton text={apiKey.key} label="Copy the key" />
      </div>
      <details className="mt-3">
        <summary className="w-fit text-12 text-ink-2">Try it</summary>
        <CodeBlock className="mt-2" code={example} language="bash" />
      </details>
    </div>
  );
}
