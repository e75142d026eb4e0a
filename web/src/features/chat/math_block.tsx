import { lazy, Suspense } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

const Typeset = lazy(() => import("./math_typeset"));

export interface MathProps {
  block: string;
  components: Components;
}

/** A block with formulas: as typed until the typesetter is there. */
export function MathBlock(props: MathProps) {
  return (
    <Suspense
      fallback={
        <ReactMarkdown remarkPlugins={[remarkGfm]} components={props.components}>
          {props.block}
        </ReactMarkdown>
      }
    >
      <Typeset {...props} />
    </Suspense>
  );
}
