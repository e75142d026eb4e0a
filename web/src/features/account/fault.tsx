import { PasskeyLeft } from "@/features/signin/passkey";
import { ErrorNote } from "@/ui/notes";
import { ProofLeft } from "./proof";

/** What failed; nothing where the person has only changed their mind. */
export function Fault({ error, title }: { error: unknown; title?: string }) {
  if (!error || error instanceof ProofLeft || error instanceof PasskeyLeft) return null;
  return <ErrorNote error={error} className="w-full max-w-120" {...(title ? { title } : {})} />;
}
