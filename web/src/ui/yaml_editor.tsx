/** CodeMirror, loaded when the first definition is opened. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml as yamlLanguage } from "@codemirror/lang-yaml";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  WidgetType,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { nonce } from "@/lib/nonce";
import { regoLanguage } from "./rego_language";

interface Props {
  label: string;
  value: string;
  onChange?: (value: string) => void;
  onSave?: () => void;
  faultLine?: number | null;
  faultText?: string | null;
  language?: EditorLanguage;
}

export type EditorLanguage = "yaml" | "rego" | "text";

const LANGUAGES: Record<EditorLanguage, () => Extension> = {
  yaml: yamlLanguage,
  rego: regoLanguage,
  text: () => [],
};

export default function YamlEditor(props: Props) {
  const { label, value, faultLine = null, faultText = null } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const fault = useRef(new Compartment());

  useEffect(() => {
    if (box.current === null) return;
    const { value: doc, onChange, language = "yaml" } = latest.current;
    const marks = fault.current;
    const created = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc,
        extensions: [
          ...base(label, onChange === undefined),
          LANGUAGES[language](),
          marks.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
          }),
          keymap.of([
            { key: "Mod-s", run: () => run(latest.current.onSave), preventDefault: true },
          ]),
        ],
      }),
    });
    view.current = created;
    return () => {
      view.current = null;
      created.destroy();
    };
  }, [label]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({ effects: fault.current.reconfigure(faultMark(faultLine, faultText)) });
  }, [faultLine, faultText]);

  return <div ref={box} className="min-h-0 min-w-0 grow overflow-hidden" />;
}

function run(action: (() => void) | undefined): boolean {
  action?.();
  return true;
}

function base(label: string, isReadOnly: boolean): Extension[] {
  return [
    EditorView.cspNonce.of(nonce()),
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
    EditorState.readOnly.of(isReadOnly),
    EditorView.lineWrapping,
    lineNumbers(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    indentUnit.of("  "),
    syntaxHighlighting(COLOURS),
    THEME,
    TYPE_OVER,
    // Escape first lets go of Tab, so that the keyboard is never caught.
    keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
  ];
}

/**
 * Text typed over a selection. Left to it, Chromium keeps the look of what was there by an inline
 * style, which the policy of the page refuses and reports.
 */
const TYPE_OVER = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType, isComposing } = event;
    const isTyped = inputType === "insertText" && data !== null && !isComposing;
    if (!isTyped || view.state.readOnly || view.state.selection.main.empty) return false;
    view.dispatch(view.state.replaceSelection(data), {
      userEvent: "input.type",
      scrollIntoView: true,
    });
    event.preventDefault();
    return true;
  },
});

/** The line that the server refused, with its sentence below it. */
function faultMark(line: number | null, text: string | null): Extension {
  if (line === null || text === null) return [];
  return EditorView.decorations.compute(["doc"], (state) => {
    if (line > state.doc.lines) return Decoration.none;
    const at = state.doc.line(line);
    return Decoration.set([
      Decoration.line({ class: "cm-fault" }).range(at.from),
      Decoration.widget({ widget: new FaultNote(text), block: true, side: 1 }).range(at.to),
    ]);
  });
}

class FaultNote extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }
  override eq(other: FaultNote): boolean {
    return other.text === this.text;
  }
  override toDOM(): HTMLElement {
    const note = document.createElement("div");
    note.className = "cm-fault-note";
    note.textContent = this.text;
    return note;
  }
}

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-constant)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.keyword, tags.bool, tags.null], color: "var(--code-keyword)" },
  { tag: tags.number, color: "var(--code-constant)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.separator, tags.punctuation, tags.meta], color: "var(--code-punctuation)" },
]);

const THEME = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", backgroundColor: "transparent", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--font-mono, monospace)",
    lineHeight: "20px",
    overflow: "auto",
  },
  ".cm-content": { padding: "10px 0", caretColor: "var(--accent-line)" },
  ".cm-cursor": { borderLeftColor: "var(--accent-line)", borderLeftWidth: "2px" },
  ".cm-gutters": {
    backgroundColor: "transparent",
    color: "var(--ink-3)",
    border: "none",
    paddingLeft: "8px",
  },
  ".cm-lineNumbers .cm-gutterElement": { paddingRight: "12px" },
  ".cm-activeLine": { backgroundColor: "var(--hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "var(--selection)" },
  ".cm-fault": { backgroundColor: "var(--bad-soft)" },
  ".cm-fault-note": {
    color: "var(--bad)",
    backgroundColor: "var(--bad-soft)",
    fontFamily: "var(--font-sans, sans-serif)",
    padding: "0 8px 4px",
    whiteSpace: "normal",
  },
});
