/** A first message to this agent: it starts a conversation like any other. */
import { Link, useNavigate } from "@tanstack/react-router";
import { CornerDownLeft } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { Button } from "@/ui/button";
import { Field, TextArea } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { type Agent, useTry } from "./queries";

const IDEAS = ["What can you do?", "Which files do you see?", "Show the ten largest files"];

export function AgentTry({ agent }: { agent: Agent }) {
  const [text, setText] = useState("");
  const start = useTry(agent.name);
  const navigate = useNavigate();
  const send = () => {
    if (text.trim() === "") return;
    start.mutate(text.trim(), {
      onSuccess: ({ id }) => void navigate({ to: "/chat/$id", params: { id } }),
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="flex max-w-160 flex-col gap-4 p-4">
      <Field
        label={`Say something to ${agent.name}`}
        hint="It opens as a conversation, with the version that is saved now. Add files there."
      >
        {(ids) => (
          <TextArea
            {...ids}
            value={text}
            onChange={({ target }) => setText(target.value)}
            onKeyDown={onKeyDown}
            className="min-h-24"
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        {IDEAS.map((idea) => (
          <Button key={idea} size="sm" onClick={() => setText(idea)}>
            {idea}
          </Button>
        ))}
      </div>
      {start.error && <ErrorNote title="Not sent. What you typed is kept." error={start.error} />}
      <div className="flex items-center gap-3">
        <Button
          tone="primary"
          icon={CornerDownLeft}
          disabled={text.trim() === ""}
          isBusy={start.isPending}
          onClick={send}
        >
          Start a conversation
        </Button>
        <Link
          to="/runs"
          search={{ agent: agent.name }}
          className="text-accent-text hover:underline"
        >
          Its runs
        </Link>
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 border-t border-line pt-4">
        <dt className="text-ink-3">Model</dt>
        <dd className="font-mono text-12 leading-5">{agent.model}</dd>
        <dt className="text-ink-3">Tools</dt>
        <dd className="font-mono text-12 leading-5">{agent.tools.join(", ") || "none"}</dd>
      </dl>
    </div>
  );
}
