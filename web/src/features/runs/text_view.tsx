import { lazy, Suspense } from "react";

const Markdown = lazy(async () => ({
  default: (await import("@/features/chat/markdown")).Markdown,
}));

/** An agent's words: markdown, loaded when the first of them is shown. */
export function TextView({
  text,
  conversationId,
}: {
  text: string;
  conversationId?: string | null;
}) {
  const plain = <p className="break-words whitespace-pre-wrap">{text}</p>;
  return (
    <Suspense fallback={plain}>
      <Markdown text={text} place={conversationId ? `/conversations/${conversationId}` : ""} />
    </Suspense>
  );
}
