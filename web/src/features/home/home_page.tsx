import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowUpRight, LoaderCircle } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { may, useMe } from "@/api/me";
import type { AgentSummary, Conversation, Page } from "@/api/types";
import { Composer } from "@/features/chat/composer";
import { useDraft } from "@/features/chat/drafts";
import { DropZone } from "@/features/chat/drop_zone";
import { sendMessage } from "@/features/chat/queries";
import { newKey, uploadFile } from "@/features/chat/uploads";
import { useUploads } from "@/features/chat/use_uploads";
import { ErrorNote } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { AgentChoice } from "./agent_choice";
import { EXAMPLES, type Example, loadExample } from "./examples";

/** Where a conversation begins. */
export function HomePage() {
  const me = useMe();
  const navigate = useNavigate();
  const [draft, setDraft] = useDraft("new");
  const [agent, setAgent] = useState("");
  const uploads = useUploads(null);
  const begin = useBegin();
  const agents = useQuery({
    queryKey: ["agents"],
    queryFn: ({ signal }) => api.get<Page<AgentSummary>>("/agents", undefined, signal),
  });

  async function send(): Promise<void> {
    const text = draft.trim();
    if (!text) return;
    const isSent = await begin.start("message", agent, text, uploads.finish);
    if (isSent) setDraft("");
  }

  async function tryOut(example: Example): Promise<void> {
    await begin.start(example.title, "", example.text, async (id) => {
      const files = await loadExample(example);
      const refs = await Promise.all(files.map((file) => uploadFile(id, file, () => {}).done));
      return refs.map(({ path }) => path);
    });
  }

  return (
    <DropZone onFiles={uploads.add}>
      <PaneHeader
        title="New conversation"
        onBack={() => void navigate({ to: "/" })}
        className="md:hidden"
      />
      <div className="pane grow">
        <div className="mx-auto flex min-h-full w-full max-w-172 flex-col justify-center px-6 py-10 max-md:justify-start max-md:px-4 max-md:pt-8">
          <h1 className="mb-5 text-20 font-semibold tracking-[-0.015em] text-balance">
            What do you need done?
          </h1>
          <Composer
            text={draft}
            onText={setDraft}
            uploads={uploads.uploads}
            onAttach={uploads.add}
            onDetach={uploads.remove}
            onSend={() => void send()}
            isSending={begin.busy !== null}
            placeholder="Ask in plain words, and add the files it is about"
            aside={
              <AgentChoice agents={agents.data?.items ?? []} value={agent} onChange={setAgent} />
            }
            takesFocus
          />
          {begin.error && (
            <ErrorNote
              className="mt-4"
              title="Not sent. Your words and files are kept here."
              error={begin.error}
            />
          )}
          <Examples busy={begin.busy} onTry={(example) => void tryOut(example)} />
          {!me.models.configured && <OperatorNote />}
        </div>
      </div>
    </DropZone>
  );
}

interface Begin {
  /** What is being begun, by name. */
  busy: string | null;
  error: Error | null;
  start: (
    name: string,
    agent: string,
    text: string,
    files: (id: string) => Promise<string[]>,
  ) => Promise<boolean>;
}

function useBegin(): Begin {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);

  const start: Begin["start"] = async (name, agent, text, files) => {
    setBusy(name);
    setError(null);
    let made: Conversation | null = null;
    try {
      made = await api.post<Conversation>("/conversations", agent ? { agent } : {});
      const names = await files(made.id);
      await sendMessage(made.id, text, names, newKey());
      void client.invalidateQueries({ queryKey: ["conversations", "list"] });
      await navigate({ to: "/chat/$id", params: { id: made.id } });
      return true;
    } catch (problem) {
      // An empty conversation would only puzzle; what was typed is still in the composer.
      if (made) await api.delete(`/conversations/${made.id}`).catch(() => {});
      setError(problem as Error);
      setBusy(null);
      return false;
    }
  };
  return { busy, error, start };
}

function Examples({ busy, onTry }: { busy: string | null; onTry: (example: Example) => void }) {
  return (
    <section aria-labelledby="examples" className="mt-10">
      <h2 id="examples" className="mb-1 text-12 font-medium text-ink-3">
        Three things to try, with data that is already here
      </h2>
      <ul className="border-t border-line">
        {EXAMPLES.map((example) => (
          <li key={example.title} className="border-b border-line">
            <button
              type="button"
              disabled={busy !== null}
              onClick={() => onTry(example)}
              className="group/try -mx-3 flex w-[calc(100%+24px)] items-center gap-3 rounded-md px-3 py-2.5 text-left transition-colors duration-120 hover:bg-hover disabled:opacity-60"
            >
              <example.icon
                size={16}
                strokeWidth={1.75}
                aria-hidden
                className="shrink-0 text-accent-text"
              />
              <span className="min-w-0 grow">
                <span className="block font-medium">{example.title}</span>
                <span className="block truncate text-ink-2 max-md:whitespace-normal">
                  {example.text}
                </span>
              </span>
              {busy === example.title ? (
                <LoaderCircle size={14} aria-hidden className="spin-slow text-ink-3" />
              ) : (
                <ArrowUpRight
                  size={14}
                  aria-hidden
                  className="shrink-0 text-ink-3 transition-colors duration-120 group-hover/try:text-ink"
                />
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function OperatorNote() {
  return (
    <p className="mt-6 text-12 text-balance text-ink-3">
      No model is connected, so the built-in operator answers. It is not a language model: it turns
      plain commands into tool calls over your files and says when it does not understand.{" "}
      {may("providers:write") && (
        <Link
          to="/settings/$section"
          params={{ section: "models" }}
          className="text-accent-text underline decoration-current/35 underline-offset-3 hover:decoration-current"
        >
          Connect a model
        </Link>
      )}
    </p>
  );
}
