import "katex/dist/katex.min.css";
import ReactMarkdown from "react-markdown";
import rehypeKatex from "rehype-katex";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import { normaliseMath } from "./math";
import type { MathProps } from "./math_block";

const REMARK = [remarkGfm, remarkMath];
const REHYPE = [[rehypeKatex, { throwOnError: false, errorColor: "currentcolor" }]] as never;

export default function MathTypeset({ block, components }: MathProps) {
  return (
    <ReactMarkdown
      remarkPlugins={REMARK}
      rehypePlugins={REHYPE}
      components={components}
      urlTransform={(url) => url}
    >
      {normaliseMath(block)}
    </ReactMarkdown>
  );
}
