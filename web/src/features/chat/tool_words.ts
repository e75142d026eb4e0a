/** A tool call in a person's words: what it is doing, or did, to what. */
import {
  ChartColumn,
  Code,
  Database,
  FilePen,
  FilePlus,
  FileText,
  FolderOpen,
  Globe,
  type LucideIcon,
  Search,
  Terminal,
  Users,
  Wrench,
} from "lucide-react";

export interface Words {
  icon: LucideIcon;
  now: string;
  past: string;
  /** What it acts on, in mono. */
  subject: string;
  /** The argument that is code, and its language. */
  code: { argument: string; language: string } | null;
}

type Arguments = Record<string, unknown>;

interface Known {
  icon: LucideIcon;
  now: string;
  past: string;
  subject: string[];
  code?: [argument: string, language: string];
}

const KNOWN: Record<string, Known> = {
  list_files: {
    icon: FolderOpen,
    now: "Looking at files",
    past: "Looked at files",
    subject: ["path", "pattern"],
  },
  read_file: { icon: FileText, now: "Reading", past: "Read", subject: ["path"] },
  write_file: { icon: FilePlus, now: "Writing", past: "Wrote", subject: ["path"] },
  search_files: {
    icon: Search,
    now: "Searching files",
    past: "Searched files",
    subject: ["pattern", "query", "text"],
  },
  patch_file: {
    icon: FilePen,
    now: "Changing",
    past: "Changed",
    subject: ["path"],
    code: ["patch", "diff"],
  },
  shell: {
    icon: Terminal,
    now: "Running",
    past: "Ran",
    subject: ["command"],
    code: ["command", "bash"],
  },
  python: {
    icon: Code,
    now: "Running Python",
    past: "Ran Python",
    subject: ["code"],
    code: ["code", "python"],
  },
  sql: {
    icon: Database,
    now: "Querying",
    past: "Queried",
    subject: ["query", "sql"],
    code: ["query", "sql"],
  },
  chart: {
    icon: ChartColumn,
    now: "Drawing a chart",
    past: "Drew a chart",
    subject: ["title", "query"],
  },
  http_get: { icon: Globe, now: "Fetching", past: "Fetched", subject: ["url"] },
};

const LONGEST_SUBJECT = 120;

export function toolWords(kind: string, name: string, input: unknown): Words {
  const given = typeof input === "object" && input !== null ? (input as Arguments) : {};
  if (kind === "child")
    return { icon: Users, now: "Working on", past: "Worked on", subject: name, code: null };
  const known = KNOWN[name];
  if (!known) {
    return {
      icon: Wrench,
      now: `Using ${name}`,
      past: `Used ${name}`,
      subject: firstText(given),
      code: null,
    };
  }
  const [argument, language] = known.code ?? [];
  const code =
    argument && language && typeof given[argument] === "string" ? { argument, language } : null;
  const subject = known.subject
    .map((each) => given[each])
    .find((value) => typeof value === "string" && value !== "");
  return { icon: known.icon, now: known.now, past: known.past, subject: oneLine(subject), code };
}

function firstText(given: Arguments): string {
  return oneLine(Object.values(given).find((value) => typeof value === "string"));
}

function oneLine(value: unknown): string {
  if (typeof value !== "string") return "";
  const line = value.trim().replace(/\s+/g, " ");
  return line.length > LONGEST_SUBJECT ? `${line.slice(0, LONGEST_SUBJECT)}…` : line;
}
