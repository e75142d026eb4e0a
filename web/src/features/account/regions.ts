/** The languages and time zones that are offered. */

const LANGUAGES = [
  "en-GB", "en-US", "de", "fr", "es", "it", "pt", "pt-BR", "nl", "pl", "cs", "sv", "da", "nb",
  "fi", "tr", "uk", "el", "ru", "ar", "he", "hi", "zh-CN", "zh-TW", "ja", "ko",
]; // biome-ignore format: a list to read, not a column

interface Language {
  id: string;
  name: string;
}

/** Each by its own name; `chosen` is there too, wherever it was chosen. */
export function languages(chosen: string | undefined): Language[] {
  const ids = chosen && !LANGUAGES.includes(chosen) ? [...LANGUAGES, chosen] : LANGUAGES;
  return ids.map((id) => ({ id, name: nameOf(id) }));
}

function nameOf(id: string): string {
  const name = new Intl.DisplayNames([id], { type: "language" }).of(id) ?? id;
  return name.charAt(0).toLocaleUpperCase(id) + name.slice(1);
}

export function timeZones(chosen: string | undefined): string[] {
  const known = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((name) => name !== "UTC")];
  return chosen && !known.includes(chosen) ? [chosen, ...known] : known;
}

export function systemZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
