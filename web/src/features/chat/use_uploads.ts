import { useCallback, useRef, useState } from "react";
import type { FileRef } from "@/api/types";
import { newKey, type Upload, uploadFile } from "./uploads";

interface Uploads {
  uploads: Upload[];
  isBusy: boolean;
  add: (files: Iterable<File>) => void;
  remove: (id: string) => void;
  clear: () => void;
  /** Send what is only held so far (a conversation that did not exist yet) and give all names. */
  finish: (conversationId: string) => Promise<string[]>;
}

/** Files for the next message. With a conversation they are sent at once, else with the message. */
export function useUploads(conversationId: string | null): Uploads {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const aborts = useRef(new Map<string, () => void>());

  const patch = useCallback((id: string, change: Partial<Upload>) => {
    setUploads((all) => all.map((each) => (each.id === id ? { ...each, ...change } : each)));
  }, []);

  const send = useCallback(
    async (target: string, { id, file }: Upload): Promise<FileRef> => {
      patch(id, { error: null, progress: 0 });
      const { done, abort } = uploadFile(target, file, (progress) => patch(id, { progress }));
      aborts.current.set(id, abort);
      try {
        const ref = await done;
        patch(id, { ref, progress: 1 });
        return ref;
      } catch (error) {
        patch(id, { error: (error as Error).message });
        throw error;
      }
    },
    [patch],
  );

  function add(files: Iterable<File>): void {
    const news = [...files].map(
      (file): Upload => ({ id: newKey(), file, progress: 0, ref: null, error: null }),
    );
    setUploads((all) => [...all, ...news]);
    // A failure stays on its chip, with a way to take it off.
    if (conversationId) for (const upload of news) send(conversationId, upload).catch(() => {});
  }

  function remove(id: string): void {
    aborts.current.get(id)?.();
    setUploads((all) => all.filter((each) => each.id !== id));
  }

  async function finish(target: string): Promise<string[]> {
    const refs = await Promise.all(uploads.map((upload) => upload.ref ?? send(target, upload)));
    return refs.map(({ path }) => path);
  }

  const isBusy = conversationId !== null && uploads.some(({ ref, error }) => !ref && !error);
  return { uploads, isBusy, add, remove, clear: () => setUploads([]), finish };
}
