import { Paperclip } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";

interface Props {
  onFiles: (files: Iterable<File>) => void;
  children: ReactNode;
}

/** The whole pane takes files that are dropped on it. */
export function DropZone({ onFiles, children }: Props) {
  const [isOver, setOver] = useState(false);
  // Moving over a child leaves the parent, so entries are counted.
  const depth = useRef(0);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");

  function move(event: DragEvent, by: number): void {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current += by;
    setOver(depth.current > 0);
  }

  return (
    <section
      aria-label="Conversation"
      className="relative flex min-h-0 min-w-0 grow flex-col"
      onDragEnter={(event) => move(event, 1)}
      onDragLeave={(event) => move(event, -1)}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {isOver && (
        <div className="appear pointer-events-none absolute inset-2 z-20 grid place-items-center rounded-xl border-2 border-dashed border-accent-line bg-accent-soft/90 text-14 font-medium text-accent-text">
          <span className="flex items-center gap-2">
            <Paperclip size={18} aria-hidden /> Drop to attach
          </span>
        </div>
      )}
    </section>
  );
}
