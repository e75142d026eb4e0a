import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useMe } from "@/api/me";
import { toolsQuery } from "@/features/approvals/queries";
import { CodeBlock } from "@/ui/code_block";
import { Badge } from "@/ui/status";
import { Section } from "./section";

/** What this installation has, and what would fix what it lacks. */
export default function AboutSettings() {
  const me = useMe();
  const { sandbox } = me.features;
  return (
    <>
      <Section title="This installation">
        <dl className="grid max-w-120 grid-cols-[auto_1fr] gap-x-6 gap-y-1.5">
          <Line name="Version">{me.version}</Line>
          <Line name="Organisation">{me.org.name}</Line>
          <Line name="Signed in as">{me.user.name}</Line>
          <Line name="Default model">
            <code className="text-12">{me.models.default}</code>
          </Line>
        </dl>
      </Section>
      <Section
        title="Sandbox"
        hint="Code, shell and SQL of agents run in it, away from this machine's files."
      >
        <p className="flex items-start gap-2">
          {sandbox.available ? (
            <CircleCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-ok" />
          ) : (
            <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-warn" />
          )}
          <span className="min-w-0 break-words">
            {sandbox.available
              ? `Available: ${sandbox.kind ?? "isolated"}.`
              : "Not available, so tools that run code are off."}{" "}
            {sandbox.reason && <span className="text-ink-2">{sandbox.reason}</span>}
          </span>
        </p>
        <p className="mt-3 text-12 text-ink-3">
          In a terminal on the server, this says what is missing and how to fix it:
        </p>
        <CodeBlock className="mt-1 max-w-90" code="cadre doctor" language="bash" />
      </Section>
      <Tools />
    </>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

function Tools() {
  const { data } = useQuery(toolsQuery);
  if (!data) return null;
  return (
    <Section
      title="Tools"
      hint="What agents can be given. What is dangerous is asked before it acts."
    >
      <ul aria-label="Tools" className="border-t border-line">
        {data.items.map((tool) => (
          <li
            key={tool.name}
            className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-b border-line py-2"
          >
            <code className="w-28 shrink-0 text-12 font-medium">{tool.name}</code>
            <span className="min-w-0 flex-1 basis-60 text-ink-2">
              {firstSentence(tool.description)}
            </span>
            {tool.dangerous && <Badge tone="warn">asked</Badge>}
            {tool.read_only && <Badge>reads only</Badge>}
            {!tool.available && <Badge tone="bad">off: {tool.why_not ?? "not available"}</Badge>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function firstSentence(text: string): string {
  const end = text.search(/\.(\s|$)/);
  return end < 0 ? text : text.slice(0, end + 1);
}
