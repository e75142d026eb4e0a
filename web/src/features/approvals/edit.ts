/** Editing a call's arguments: a form by the tool's JSON Schema, or the JSON itself. */
export interface Field {
  name: string;
  type: "text" | "long" | "number" | "integer" | "boolean" | "choice" | "json";
  description: string;
  isRequired: boolean;
  choices: string[];
}

type Schema = Record<string, unknown>;

export function formFields(parameters: unknown, call: Record<string, unknown>): Field[] {
  const schema = asSchema(parameters);
  const properties = asSchema(schema["properties"]);
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const known = Object.entries(properties).map(([name, property]): Field => {
    const details = asSchema(property);
    const choices = Array.isArray(details["enum"]) ? details["enum"].map(String) : [];
    return {
      name,
      type: choices.length > 0 ? "choice" : fieldType(details["type"], call[name]),
      description: typeof details["description"] === "string" ? details["description"] : "",
      isRequired: required.has(name),
      choices,
    };
  });
  const extra = Object.keys(call).filter((name) => !(name in properties));
  return [
    ...known,
    ...extra.map(
      (name): Field => ({
        name,
        type: fieldType(undefined, call[name]),
        description: "",
        isRequired: false,
        choices: [],
      }),
    ),
  ];
}

function fieldType(type: unknown, value: unknown): Field["type"] {
  if (type === "number" || type === "integer" || type === "boolean") return type;
  const isText = type === "string" || (type === undefined && typeof value === "string");
  if (!isText) return "json";
  return typeof value === "string" && (value.includes("\n") || value.length > 60) ? "long" : "text";
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null ? (value as Schema) : {};
}

/** What the person typed, as they typed it: an absent name means that the argument is left out. */
export type Typed = Record<string, string>;

export function toTyped(fields: readonly Field[], call: Record<string, unknown>): Typed {
  const typed: Typed = {};
  for (const field of fields) {
    const value = call[field.name];
    if (value === undefined) continue;
    typed[field.name] = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  }
  return typed;
}

export interface Edited {
  arguments: Record<string, unknown>;
  errors: Record<string, string>;
}

export function fromTyped(fields: readonly Field[], typed: Typed): Edited {
  const edited: Edited = { arguments: {}, errors: {} };
  for (const field of fields) {
    const text = typed[field.name];
    if (text === undefined || (text === "" && !isTextual(field))) {
      if (field.isRequired) edited.errors[field.name] = "This argument is required.";
      continue;
    }
    const read = readField(field, text);
    if ("error" in read) edited.errors[field.name] = read.error;
    else edited.arguments[field.name] = read.value;
  }
  return edited;
}

function isTextual(field: Field): boolean {
  return field.type === "text" || field.type === "long";
}

function readField(field: Field, text: string): { value: unknown } | { error: string } {
  if (isTextual(field)) return { value: text };
  if (field.type === "choice") {
    return field.choices.includes(text)
      ? { value: text }
      : { error: `One of ${field.choices.join(", ")}.` };
  }
  const value = parse(text);
  if (value === undefined) return { error: "Not valid JSON." };
  if (field.type === "boolean" && typeof value !== "boolean") return { error: "true or false." };
  if (field.type === "number" && typeof value !== "number") return { error: "A number." };
  if (field.type === "integer" && !Number.isInteger(value)) return { error: "A whole number." };
  return { value };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function readJsonObject(text: string): Edited {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { arguments: value as Record<string, unknown>, errors: {} };
    }
    return { arguments: {}, errors: { "": "The arguments are one JSON object: { … }." } };
  } catch (problem) {
    return { arguments: {}, errors: { "": `Not valid JSON: ${(problem as Error).message}` } };
  }
}
