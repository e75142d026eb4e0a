import { clsx } from "clsx";
import { ArrowUp, Paperclip, Square } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { useShortcuts } from "@/lib/shortcuts";
import { IconButton } from "@/ui/button";
import { AutoGrow } from "./auto_grow";
import { UploadChips } from "./upload_chips";
import type { Upload } from "./uploads";

interface Props {
  text: string;
  onText: (text: string) => void;
  uploads: Upload[];
  onAttach: (files: Iterable<File>) => void;
  onDetach: (id: string) => void;
  onSend: () => void;
  isSending: boolean;
  /** Not now, though typing is fine: an upload is on its way. */
  isHeld?: boolean;
  /** Given while a run is at work. */
  onStop?: (() => void) | undefined;
  placeholder: string;
  /** At the bottom left, beside the paper clip. */
  aside?: ReactNode;
  takesFocus?: boolean;
}

/** Where a message is written. Enter sends, Shift-Enter makes a line. */
export function Composer(props: Props) {
  const {
    text,
    onText,
    uploads,
    onAttach,
    onDetach,
    onSend,
    isSending,
    isHeld,
    onStop,
    placeholder,
    aside,
  } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const canSend = text.trim() !== "" && !isSending && !isHeld;
  useShortcuts([
    { keys: "i", label: "Write a message", group: "Chat", run: () => area.current?.focus() },
  ]);

  // On a phone the keyboard would hide the page before anything was read.
  useEffect(() => {
    if (props.takesFocus && matchMedia("(pointer: fine)").matches) area.current?.focus();
  }, [props.takesFocus]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") area.current?.blur();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    if (canSend) onSend();
  }

  function onPaste(event: ClipboardEvent): void {
    const { files } = event.clipboardData;
    // A copied table comes as text and as a picture of it: the text is meant.
    if (files.length === 0 || event.clipboardData.getData("text")) return;
    event.preventDefault();
    onAttach([...files]);
  }

  return (
    <div className="rounded-xl border border-line-strong bg-raised transition-colors duration-120 focus-within:border-accent-line">
      <UploadChips uploads={uploads} onRemove={onDetach} />
      <AutoGrow
        ref={area}
        aria-label="Message"
        placeholder={placeholder}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className="px-3.5 pt-3 pb-1"
      />
      <div className="flex items-center gap-1 px-2 pb-2">
        <IconButton
          icon={Paperclip}
          label="Attach files"
          side="top"
          onClick={() => picker.current?.click()}
        />
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label="Files to attach"
          onChange={({ target }) => {
            onAttach([...(target.files ?? [])]);
            target.value = "";
          }}
        />
        {aside}
        <span className="grow" />
        {onStop && !text.trim() ? (
          <RoundButton
            label="Stop"
            onClick={onStop}
            className="border border-line-strong bg-surface text-ink hover:bg-hover"
          >
            <Square size={11} aria-hidden className="fill-current" />
          </RoundButton>
        ) : (
          <RoundButton
            label="Send"
            disabled={!canSend}
            onClick={onSend}
            className={
              canSend ? "bg-accent text-accent-ink hover:bg-accent-hover" : "bg-active text-ink-3"
            }
          >
            <ArrowUp size={16} strokeWidth={2.25} aria-hidden />
          </RoundButton>
        )}
      </div>
    </div>
  );
}

interface RoundProps {
  label: string;
  onClick: () => void;
  disabled?: boolean;
  className: string;
  children: ReactNode;
}

function RoundButton({ label, onClick, disabled, className, children }: RoundProps) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      data-tip-side="top"
      disabled={disabled}
      onClick={onClick}
      className={clsx(
        "grid size-7 place-items-center rounded-full transition-colors duration-120 max-md:size-9",
        className,
      )}
    >
      {children}
    </button>
  );
}
