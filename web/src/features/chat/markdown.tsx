/** An answer's markdown, drawn block by block so that a long one can stream. */
import "./prose.css";
import { createContext, memo, useContext, useMemo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "@/ui/code_block";
import { asFence, splitBlocks } from "./blocks";
import { answerUrl, isSamePath, type Place } from "./files";
import { hasMath } from "./math";
import { MathBlock } from "./math_block";
import { PictureCard } from "./picture_card";
import type { Picture } from "./pictures";

interface Surroundings {
  place: Place;
  pictures: Picture[];
}

const Around = createContext<Surroundings>({ place: "", pictures: [] });
const NO_PICTURES: Picture[] = [];

interface Props {
  text: string;
  /** Where relative addresses lead. */
  place: Place;
  /** Pictures known by all their formats: shown with these where the text names one. */
  pictures?: Picture[];
}

export const Markdown = memo(function Markdown({ text, place, pictures = NO_PICTURES }: Props) {
  const blocks = useMemo(() => splitBlocks(text), [text]);
  const around = useMemo(() => ({ place, pictures }), [place, pictures]);
  return (
    <Around value={around}>
      <div className="prose">
        {blocks.map((block, index) => (
          <Block key={index} block={block} />
        ))}
      </div>
    </Around>
  );
});

const Block = memo(function Block({ block }: { block: string }) {
  const fence = asFence(block);
  if (fence) return <CodeBlock code={fence.code} language={fence.language} />;
  if (hasMath(block)) return <MathBlock block={block} components={COMPONENTS} />;
  return (
    <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS} urlTransform={keepUrl}>
      {block}
    </ReactMarkdown>
  );
});

const PLUGINS = [remarkGfm];

/** Addresses are judged where they are used. */
const keepUrl = (url: string) => url;

const COMPONENTS: Components = {
  a: ({ href = "", children }) => <Address href={href}>{children}</Address>,
  // A picture comes with its buttons, which a paragraph may not hold.
  p: ({ node, children }) =>
    node?.children.some((child) => child.type === "element" && child.tagName === "img") ? (
      <div>{children}</div>
    ) : (
      <p>{children}</p>
    ),
  img: ({ src, alt }) => <Image src={typeof src === "string" ? src : ""} alt={alt ?? ""} />,
  table: ({ children }) => (
    <div className="table-scroll" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  // The policy of the page refuses style attributes, so alignment travels as data.
  th: ({ style, children }) => <th data-align={style?.textAlign}>{children}</th>,
  td: ({ style, children }) => <td data-align={style?.textAlign}>{children}</td>,
  pre: ({ node }) => {
    const code = node?.children[0];
    if (code?.type !== "element") return null;
    const language = String(code.properties["className"] ?? "").replace(/^.*language-/, "");
    const text = code.children.map((child) => (child.type === "text" ? child.value : "")).join("");
    return <CodeBlock code={text.replace(/\n$/, "")} language={language} />;
  },
  input: (props) => <input {...props} aria-label="Done" />,
};

function Address({ href, children }: { href: string; children?: React.ReactNode }) {
  const url = answerUrl(useContext(Around).place, href);
  if (!url) return <>{children}</>;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

/** Pictures of this conversation are shown; one from elsewhere is a link: loading it would tell them. */
function Image({ src, alt }: { src: string; alt: string }) {
  const { place, pictures } = useContext(Around);
  const known = pictures.find(({ formats }) => formats.some(({ path }) => isSamePath(path, src)));
  if (known) return <PictureCard picture={known} place={place} />;
  const url = answerUrl(place, src);
  if (!url) return <>{alt}</>;
  if (!url.startsWith("/")) return <Address href={src}>{alt || src}</Address>;
  return <img src={url} alt={alt} loading="lazy" />;
}
