import { CodeBlock } from "@/ui/code_block";
import type { Argument } from "./call";

/** The exact arguments of a call, each as what it is. */
export function CallView({ items }: { items: Argument[] }) {
  if (items.length === 0) return <p className="text-ink-3">Without arguments.</p>;
  return (
    <div className="flex min-w-0 flex-col gap-2.5">
      {items.map((item) =>
        item.shown === "value" ? (
          <Plain key={item.name} item={item} />
        ) : (
          <CodeBlock
            key={item.name}
            title={item.name}
            language={item.language ?? ""}
            code={item.text}
            maxHeight={360}
          />
        ),
      )}
    </div>
  );
}

function Plain({ item }: { item: Argument }) {
  return (
    <p className="flex min-w-0 gap-2 text-12">
      <span className="shrink-0 text-ink-3">{item.name}</span>
      <code className="min-w-0 break-all whitespace-pre-wrap">
        {item.text === "" ? '""' : item.text}
      </code>
    </p>
  );
}
