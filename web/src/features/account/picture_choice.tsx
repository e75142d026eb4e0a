import { useMutation } from "@tanstack/react-query";
import { ImageUp } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";

interface Props {
  /** "picture", "logo". */
  noun: string;
  accept: string;
  /** Where the one that counts is; null: there is none. */
  stored: string | null;
  /** What is made of a file before it is looked at. */
  prepare?: (file: Blob) => Promise<Blob>;
  send: (picture: Blob) => Promise<unknown>;
  remove: () => Promise<unknown>;
  /** How the picture is shown, chosen or stored. */
  children: (src: string | null) => ReactNode;
}

const asItIs = async (file: Blob) => file;

/** Seen before it is sent; removed with a way back for as long as the page has it. */
export function PictureChoice(props: Props) {
  const { noun, accept, stored, prepare = asItIs, children } = props;
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Blob | null>(null);
  const preview = usePreview(chosen);
  const keep = useMutation({ mutationFn: props.send, onSuccess: () => setChosen(null) });
  const look = useMutation({
    mutationFn: prepare,
    onMutate: () => keep.reset(),
    onSuccess: setChosen,
  });
  const drop = useMutation({
    mutationFn: async (at: string) => {
      const before = await fetch(at).then((said) => (said.ok ? said.blob() : null));
      await props.remove();
      return before;
    },
    onSuccess: (before) =>
      toast(`The ${noun} is removed.`, before ? { onUndo: () => keep.mutate(before) } : {}),
  });
  const error = look.error ?? keep.error ?? drop.error;
  return (
    <div className="flex flex-wrap items-center gap-4">
      {children(preview ?? stored)}
      <input
        ref={input}
        type="file"
        accept={accept}
        aria-label={`${noun.charAt(0).toUpperCase()}${noun.slice(1)} file`}
        className="sr-only"
        tabIndex={-1}
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file) look.mutate(file);
          target.value = "";
        }}
      />
      {chosen ? (
        <div className="flex gap-2">
          <Button
            size="sm"
            tone="primary"
            isBusy={keep.isPending}
            onClick={() => keep.mutate(chosen)}
          >
            Use this {noun}
          </Button>
          <Button size="sm" tone="quiet" onClick={() => setChosen(null)}>
            Cancel
          </Button>
        </div>
      ) : (
        <div className="flex gap-2">
          <Button size="sm" icon={ImageUp} onClick={() => input.current?.click()}>
            {stored ? `Change the ${noun}` : `Choose a ${noun}`}
          </Button>
          {stored && (
            <Button
              size="sm"
              tone="quiet"
              isBusy={drop.isPending}
              onClick={() => drop.mutate(stored)}
            >
              Remove
            </Button>
          )}
        </div>
      )}
      {error && (
        <ErrorNote title={`The ${noun} was not changed`} error={error} className="w-full" />
      )}
    </div>
  );
}

/** An address for a picture that is only here so far. */
function usePreview(picture: Blob | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (picture === null) return;
    const made = URL.createObjectURL(picture);
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
      setUrl(null);
    };
  }, [picture]);
  return url;
}
