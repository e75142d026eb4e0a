import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ImageUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { Avatar, ownPicture } from "./avatar";
import { squareOf } from "./picture";
import { accountQuery, type Profile } from "./queries";

/** Seen before it is sent; removed with a way back for as long as the page has it. */
export function PictureField({ profile }: { profile: Profile }) {
  const input = useRef<HTMLInputElement>(null);
  const [version, setVersion] = useState(() => Date.now());
  const [chosen, setChosen] = useState<Blob | null>(null);
  const preview = usePreview(chosen);
  const queries = useQueryClient();
  const has = (has_avatar: boolean) => {
    setVersion(Date.now());
    queries.setQueryData(accountQuery.queryKey, { ...profile, has_avatar });
  };
  const look = useMutation({ mutationFn: squareOf, onSuccess: setChosen });
  const keep = useMutation({
    mutationFn: (picture: Blob) => send(picture),
    onSuccess: () => {
      setChosen(null);
      has(true);
    },
  });
  const remove = useMutation({
    mutationFn: async () => {
      const before = await fetch(ownPicture(version)).then((said) =>
        said.ok ? said.blob() : null,
      );
      await api.delete("/account/avatar");
      return before;
    },
    onSuccess: (before) => {
      has(false);
      const undo = before ? { onUndo: () => keep.mutate(before) } : {};
      toast("Your picture is removed.", undo);
    },
  });
  const error = look.error ?? keep.error ?? remove.error;
  const src = preview ?? (profile.has_avatar ? ownPicture(version) : null);
  return (
    <div className="flex flex-wrap items-center gap-4">
      <Avatar name={profile.name} src={src} className="size-16 text-18" />
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        aria-label="Picture file"
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
            tone="primary"
            size="sm"
            isBusy={keep.isPending}
            onClick={() => keep.mutate(chosen)}
          >
            Use this picture
          </Button>
          <Button size="sm" tone="quiet" onClick={() => setChosen(null)}>
            Cancel
          </Button>
        </div>
      ) : (
        <div className="flex gap-2">
          <Button size="sm" icon={ImageUp} onClick={() => input.current?.click()}>
            {profile.has_avatar ? "Change the picture" : "Choose a picture"}
          </Button>
          {profile.has_avatar && (
            <Button
              size="sm"
              tone="quiet"
              isBusy={remove.isPending}
              onClick={() => remove.mutate()}
            >
              Remove
            </Button>
          )}
        </div>
      )}
      {error && <ErrorNote title="The picture was not changed" error={error} className="w-full" />}
    </div>
  );
}

function send(picture: Blob): Promise<void> {
  const form = new FormData();
  form.append("file", picture, "picture");
  return api.put("/account/avatar", form);
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
