/** What a value really is, so that it is shown as that: a table, a picture, a change, a text. */
import type { FileRef } from "@/api/types";
import { asData, asList, asNumber, asText } from "./json";

export interface Table {
  columns: string[];
  rows: unknown[][];
}

export interface ToolAnswer {
  text: string;
  files: FileRef[];
  table: Table | null;
  data: unknown;
  isError: boolean;
}

/** A tool's output, or null if the value is something else. */
export function readToolAnswer(value: unknown): ToolAnswer | null {
  const output = asData(value);
  if (typeof output["text"] !== "string") return null;
  return {
    text: output["text"],
    files: asList(output["files"]).map(readFile),
    table: readTable(output["data"]),
    data: output["data"] ?? null,
    isError: output["is_error"] === true,
  };
}

function readFile(value: unknown): FileRef {
  const file = asData(value);
  return {
    path: asText(file["path"]),
    media_type: asText(file["media_type"]) || "application/octet-stream",
    size: asNumber(file["size"], 0),
    title: asText(file["title"]),
  };
}

/** `{columns, rows}` where rows are lists or objects; columns may be names or `{name}`. */
export function readTable(value: unknown): Table | null {
  const data = asData(value);
  if (!Array.isArray(data["columns"]) || !Array.isArray(data["rows"])) return null;
  const columns = data["columns"].map((column) =>
    typeof column === "string" ? column : asText(asData(column)["name"]),
  );
  const rows = data["rows"].map((row) =>
    Array.isArray(row) ? (row as unknown[]) : columns.map((column) => asData(row)[column]),
  );
  return columns.length > 0 ? { columns, rows } : null;
}

/** A list of alike objects is a table too. */
export function tableOfObjects(value: unknown): Table | null {
  if (!Array.isArray(value) || value.length < 2) return null;
  const isPlain = (each: unknown) => Object.keys(asData(each)).length > 0;
  if (!value.every(isPlain)) return null;
  const columns = [...new Set(value.flatMap((each) => Object.keys(asData(each))))];
  if (columns.length > 12) return null;
  return { columns, rows: value.map((each) => columns.map((column) => asData(each)[column])) };
}

export function isPicture(file: FileRef): boolean {
  return /^image\/(png|svg\+xml|jpeg|gif|webp)$/.test(file.media_type);
}

/** One picture a chart: where the same is there as SVG and PNG, the sharper one. */
export function pictures(files: readonly FileRef[]): FileRef[] {
  const stem = (file: FileRef) => file.path.replace(/\.[^.]+$/, "");
  const found = files.filter(isPicture);
  const sharp = new Set(found.filter((file) => file.media_type === "image/svg+xml").map(stem));
  return found.filter((file) => file.media_type === "image/svg+xml" || !sharp.has(stem(file)));
}

export interface Blob {
  id: string;
  size: number;
  preview: string;
}

/** What was too big for the journal's answer: a reference and its beginning. */
export function readBlob(value: unknown): Blob | null {
  const data = asData(value);
  const id = asText(data["$blob"]);
  if (id === "") return null;
  return { id, size: asNumber(data["size"], 0), preview: asText(data["preview"]) };
}

export interface Edit {
  path: string;
  before: string;
  after: string;
}

/** A call that replaces one text by another, under the names that such tools use. */
export function readEdit(input: unknown): Edit | null {
  const data = asData(input);
  const before = first(data, ["old", "old_text", "old_string", "find", "search", "before"]);
  const after = first(data, ["new", "new_text", "new_string", "replace", "replacement", "after"]);
  if (before === null || after === null) return null;
  return { path: asText(data["path"]), before, after };
}

function first(data: Record<string, unknown>, names: string[]): string | null {
  const name = names.find((each) => typeof data[each] === "string");
  return name === undefined ? null : asText(data[name]);
}
