/** Files on their way into a conversation, with how far they are. */
import { apiUrl, Problem, Unreachable, unsafeHeaders } from "@/api/client";
import type { FileRef } from "@/api/types";

export interface Upload {
  id: string;
  file: File;
  /** 0 to 1. */
  progress: number;
  /** The file as the server has it. */
  ref: FileRef | null;
  error: string | null;
}

/** `fetch` can't tell how much was sent, so this is the older way. */
export function uploadFile(
  conversationId: string,
  file: File,
  onProgress: (fraction: number) => void,
): { done: Promise<FileRef>; abort: () => void } {
  const request = new XMLHttpRequest();
  const done = new Promise<FileRef>((resolve, reject) => {
    request.open("POST", apiUrl(`/conversations/${conversationId}/files`));
    for (const [name, value] of Object.entries(unsafeHeaders()))
      request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onerror = () => reject(new Unreachable());
    request.onload = () => {
      const said = (request.response ?? {}) as FileRef & { detail?: string; code?: string };
      if (request.status < 300) resolve(said);
      else
        reject(
          new Problem(
            request.status,
            said.code ?? "unexpected",
            said.detail ?? `The server answered ${request.status}.`,
          ),
        );
    };
  });
  const form = new FormData();
  form.append("file", file, file.name);
  request.send(form);
  return { done, abort: () => request.abort() };
}

/** Unique enough on a page that has no `crypto.randomUUID` (plain HTTP on a network). */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
