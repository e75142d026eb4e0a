/** Search parameters are plain text: `?q=12` is the text 12. */
export function texts<Name extends string>(...names: Name[]) {
  return (search: Record<string, unknown>): { [Key in Name]?: string } => {
    const found = names.filter((name) => typeof search[name] === "string" && search[name] !== "");
    return Object.fromEntries(found.map((name) => [name, search[name]])) as {
      [Key in Name]?: string;
    };
  };
}
