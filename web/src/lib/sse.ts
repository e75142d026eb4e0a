/** Server-sent events as they are on the wire: bytes in, messages out. */

export interface ServerEvent {
  event: string;
  id: string | null;
  data: string;
}

interface Sink {
  onEvent: (event: ServerEvent) => void;
  onRetry: (milliseconds: number) => void;
}

/** Feed it text in any pieces; it calls the sink once per whole message. */
export function eventParser({ onEvent, onRetry }: Sink): (text: string) => void {
  let rest = "";
  let event = "message";
  let id: string | null = null;
  let data: string[] = [];

  function flush(): void {
    if (data.length > 0) onEvent({ event, id, data: data.join("\n") });
    event = "message";
    id = null;
    data = [];
  }

  function take(line: string): void {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id") id = value;
    else if (field === "retry" && /^\d+$/.test(value)) onRetry(Number(value));
  }

  return (text) => {
    const whole = rest + text;
    // A carriage return at the very end may be half of a pair.
    const held = whole.endsWith("\r") ? 1 : 0;
    const lines = whole.slice(0, whole.length - held).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? "") + whole.slice(whole.length - held);
    for (const line of lines) {
      if (line === "") flush();
      else if (!line.startsWith(":")) take(line);
    }
  };
}
