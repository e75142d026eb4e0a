/** Formulas in text that also talks of money: `$5 and $10` must stay what it is. */

const CODE = /(`+)[\s\S]*?\1/g;
/** As pandoc reads it: no space inside the dollars, no digit right after. */
const INLINE = /(?<![\\$])\$(?![\s$])((?:\\.|[^$\\])*?)(?<!\s)\$(?![\d$])/g;
const DISPLAY = /\$\$[\s\S]+?\$\$/;

export function hasMath(markdown: string): boolean {
  return DISPLAY.test(markdown) || /\\\(|\\\[/.test(markdown) || markdown.search(INLINE) >= 0;
}

/** The text with every formula in dollars, and every other dollar escaped. */
export function normaliseMath(markdown: string): string {
  let result = "";
  let at = 0;
  for (const code of markdown.matchAll(CODE)) {
    result += outsideCode(markdown.slice(at, code.index)) + code[0];
    at = code.index + code[0].length;
  }
  return result + outsideCode(markdown.slice(at));
}

function outsideCode(text: string): string {
  const inDollars = text
    .replace(/\\\[([\s\S]+?)\\\]/g, (_, formula: string) => `$$${"\n"}${formula.trim()}${"\n"}$$`)
    .replace(/\\\(([\s\S]+?)\\\)/g, (_, formula: string) => `$${formula.trim()}$`);
  return inDollars
    .split(/(\$\$[\s\S]+?\$\$)/)
    .map((part) => (part.startsWith("$$") && part.length > 4 ? part : escapeMoney(part)))
    .join("");
}

function escapeMoney(text: string): string {
  let result = "";
  let at = 0;
  const plainly = (plain: string) => plain.replace(/(?<!\\)\$/g, "\\$");
  for (const formula of text.matchAll(INLINE)) {
    result += plainly(text.slice(at, formula.index)) + formula[0];
    at = formula.index + formula[0].length;
  }
  return result + plainly(text.slice(at));
}
