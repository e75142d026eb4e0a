import {
  AudioLines,
  Braces,
  Brain,
  Captions,
  Code,
  Eye,
  FileText,
  Globe,
  Image,
  type LucideIcon,
  ShieldCheck,
  Type,
  Volume2,
  Waypoints,
  Wrench,
} from "lucide-react";
import { tip } from "@/ui/tooltip";
import { CAPABILITIES } from "./catalog_view";
import type { Capability } from "./types";

const LOOKS: Record<Capability, { word: string; icon: LucideIcon }> = {
  text: { word: "Text", icon: Type },
  code: { word: "Code", icon: Code },
  vision: { word: "Vision", icon: Eye },
  documents: { word: "Documents", icon: FileText },
  audio: { word: "Audio", icon: AudioLines },
  reasoning: { word: "Reasoning", icon: Brain },
  tools: { word: "Tools", icon: Wrench },
  structured_output: { word: "Structured output", icon: Braces },
  search: { word: "Search", icon: Globe },
  embeddings: { word: "Embeddings", icon: Waypoints },
  speech: { word: "Speech", icon: Volume2 },
  transcription: { word: "Transcription", icon: Captions },
  images: { word: "Images", icon: Image },
  moderation: { word: "Moderation", icon: ShieldCheck },
};

export function capabilityWord(capability: Capability): string {
  return LOOKS[capability].word;
}

/** Small icons, always in the same order so that the eye can compare rows; words for a reader. */
export function CapabilityIcons({ capabilities }: { capabilities: readonly Capability[] }) {
  const shown = CAPABILITIES.filter((each) => capabilities.includes(each));
  return (
    <span className="flex items-center gap-1.5 text-ink-2">
      <span className="sr-only">{shown.map(capabilityWord).join(", ")}</span>
      {shown
        // Nearly all have it: a picture of it in every row says nothing.
        .filter((each) => each !== "text" || shown.length === 1)
        .map((each) => {
          const { word, icon: Icon } = LOOKS[each];
          return (
            <span key={each} aria-hidden {...tip(word)}>
              <Icon size={14} strokeWidth={1.75} />
            </span>
          );
        })}
    </span>
  );
}

export function CapabilityList({ capabilities }: { capabilities: readonly Capability[] }) {
  const shown = CAPABILITIES.filter((each) => capabilities.includes(each));
  if (shown.length === 0) return <span className="text-ink-3">none said</span>;
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-1">
      {shown.map((each) => {
        const { word, icon: Icon } = LOOKS[each];
        return (
          <li key={each} className="flex items-center gap-1.5">
            <Icon size={14} strokeWidth={1.75} aria-hidden className="text-ink-3" />
            {word}
          </li>
        );
      })}
    </ul>
  );
}
