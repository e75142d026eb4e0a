import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { isOver, type Run } from "@/api/types";
import { asData, asList, asText } from "./json";
import { JsonView } from "./json_view";
import { runFilesQuery } from "./queries";
import { TextView } from "./text_view";
import { Files, Picture } from "./value_view";
import { pictures, readToolAnswer } from "./values";

/** What was asked and what came of it. */
export function ResultView({ run }: { run: Run }) {
  const files = useQuery(runFilesQuery(run.id)).data?.items ?? [];
  const asked = asText(asData(run.input)["text"]);
  const answer = readToolAnswer(run.output);
  const given = asList(asData(run.input)["files"]).filter((each) => typeof each === "string");
  return (
    <div className="flex max-w-180 flex-col gap-6 p-4">
      <Part title="Asked">
        {asked === "" ? <JsonView value={run.input ?? null} /> : <TextView text={asked} />}
        {given.length > 0 && <p className="text-12 text-ink-3">with {given.join(", ")}</p>}
      </Part>
      <Part title="Result">
        {answer !== null ? (
          <>
            <TextView text={answer.text} conversationId={run.session_id} />
            {pictures(answer.files).map((file) => (
              <Picture key={file.path} runId={run.id} file={file} />
            ))}
          </>
        ) : run.output == null ? (
          <p className="text-ink-3">
            {isOver(run.status)
              ? "The run ended without a result."
              : "Nothing yet. It appears here when the run is done."}
          </p>
        ) : (
          <JsonView value={run.output} />
        )}
      </Part>
      {files.length > 0 && (
        <Part title="Files of the workspace">
          <Files runId={run.id} files={files} />
        </Part>
      )}
      <details>
        <summary className="w-fit text-12 text-ink-3">The definition that it ran with</summary>
        <JsonView value={run.definition ?? null} className="mt-2" />
      </details>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <h2 className="text-12 font-medium text-ink-3">{title}</h2>
      {children}
    </section>
  );
}
