/** Rego for the editor, as far as colours need it: words, strings, numbers, comments. */
import { StreamLanguage } from "@codemirror/language";
import type { Extension } from "@codemirror/state";

const KEYWORDS = new Set(
  "as default else every if import in not package some with contains".split(" "),
);
const CONSTANTS = new Set(["true", "false", "null"]);
const ROOTS = new Set(["input", "data"]);

interface State {
  /** Inside a text in backquotes, which may go over lines. */
  isRaw: boolean;
}

const rego = StreamLanguage.define<State>({
  name: "rego",
  startState: () => ({ isRaw: false }),
  token(stream, state) {
    if (state.isRaw || stream.eat("`")) {
      state.isRaw = !stream.skipTo("`");
      if (state.isRaw) stream.skipToEnd();
      else stream.next();
      return "string";
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return "comment";
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return "number";
    const word = stream.match(/^[A-Za-z_]\w*/);
    if (word === null || word === true || word === false) {
      stream.next();
      return "punctuation";
    }
    const name = word[0] ?? "";
    if (KEYWORDS.has(name)) return "keyword";
    if (CONSTANTS.has(name)) return "bool";
    return ROOTS.has(name) ? "propertyName" : null;
  },
  languageData: { commentTokens: { line: "#" } },
});

export function regoLanguage(): Extension {
  return rego;
}
