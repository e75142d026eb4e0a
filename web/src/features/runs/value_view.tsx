import { Download } from "lucide-react";
import { useState } from "react";
import { apiUrl } from "@/api/client";
import type { FileRef } from "@/api/types";
import { bytes } from "@/lib/format";
import { CodeBlock } from "@/ui/code_block";
import { DiffLines } from "./diff_view";
import { JsonView } from "./json_view";
import { readUnifiedDiff } from "./line_diff";
import { TableView } from "./table_view";
import { TextView } from "./text_view";
import { Toggle } from "./timeline_tools";
import {
  pictures,
  readBlob,
  readTable,
  readToolAnswer,
  type ToolAnswer,
  tableOfObjects,
} from "./values";

/** Any value of the journal, shown as what it is. */
export function ValueView({ runId, value }: { runId: string; value: unknown }) {
  const blob = readBlob(value);
  if (blob !== null) return <StoredApart runId={runId} blob={blob} />;
  const answer = readToolAnswer(value);
  if (answer !== null) return <Answer runId={runId} answer={answer} value={value} />;
  if (typeof value === "string") return <TextView text={value} />;
  const table = readTable(value) ?? tableOfObjects(value);
  if (table !== null) return <TableView table={table} label="Result" />;
  return <JsonView value={value} />;
}

function Answer({ runId, answer, value }: { runId: string; answer: ToolAnswer; value: unknown }) {
  const [isRaw, setRaw] = useState(false);
  const diff = readUnifiedDiff(answer.text);
  const shown = pictures(answer.files);
  return (
    <>
      {answer.isError && (
        <p className="font-medium text-bad">The tool answered with an error. The model saw it:</p>
      )}
      {isRaw ? (
        <JsonView value={value} />
      ) : (
        <>
          {shown.map((file) => (
            <Picture key={file.path} runId={runId} file={file} />
          ))}
          {answer.table !== null && <TableView table={answer.table} label="Result" />}
          {diff !== null && <DiffLines lines={diff} label="Changes" />}
          {answer.table === null && diff === null && answer.text !== "" && (
            <CodeBlock code={answer.text} title="what the model saw" maxHeight={480} />
          )}
          {answer.files.length > 0 && <Files runId={runId} files={answer.files} />}
        </>
      )}
      <div>
        <Toggle isOn={isRaw} onChange={setRaw}>
          JSON
        </Toggle>
      </div>
    </>
  );
}

export function fileUrl(runId: string, path: string, isInline: boolean): string {
  const safe = path.split("/").map(encodeURIComponent).join("/");
  return apiUrl(`/runs/${runId}/files/${safe}`, isInline ? { inline: 1 } : {});
}

export function Picture({ runId, file }: { runId: string; file: FileRef }) {
  const [isMissing, setMissing] = useState(false);
  if (isMissing) {
    return (
      <p className="text-ink-3">The picture {file.path} is no longer in the run's workspace.</p>
    );
  }
  return (
    <figure className="w-fit max-w-full overflow-hidden rounded-lg border border-line bg-[white]">
      <img
        src={fileUrl(runId, file.path, true)}
        alt={file.title || file.path}
        onError={() => setMissing(true)}
        className="block max-h-120 min-h-20 max-w-full"
      />
    </figure>
  );
}

export function Files({ runId, files }: { runId: string; files: readonly FileRef[] }) {
  return (
    <ul aria-label="Files" className="flex flex-wrap gap-2">
      {files.map((file) => (
        <li key={file.path}>
          <a
            href={fileUrl(runId, file.path, false)}
            download
            className="flex h-7 items-center gap-2 rounded-md border border-line px-2 text-12 hover:border-line-strong hover:bg-hover"
          >
            <Download size={13} aria-hidden className="text-ink-3" />
            <span className="font-mono">{file.path}</span>
            <span className="tabular text-ink-3">{bytes(file.size)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function StoredApart({
  runId,
  blob,
}: {
  runId: string;
  blob: { id: string; size: number; preview: string };
}) {
  return (
    <>
      <CodeBlock
        code={blob.preview}
        title={`the beginning of ${bytes(blob.size)}`}
        maxHeight={400}
      />
      <a
        className="w-fit text-accent-text hover:underline"
        href={apiUrl(`/runs/${runId}/blobs/${encodeURIComponent(blob.id)}`)}
      >
        Open all of it
      </a>
    </>
  );
}
