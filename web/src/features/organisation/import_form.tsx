import { FileArchive } from "lucide-react";
import { useRef, useState } from "react";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { bytes } from "@/lib/format";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { useImportOrg } from "./installation_queries";
import { PassphraseField } from "./passphrase_field";

/** An archive that an export wrote, here or elsewhere, becomes an organisation. */
export function ImportForm({ onClose }: { onClose: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [slug, setSlug] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [isCopy, setCopy] = useState(false);
  const start = useImportOrg();
  const rest = faultOfAll(start.error, ["slug", "passphrase"]);
  return (
    <form
      aria-label="Import an organisation"
      className="mb-5 flex max-w-120 flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!file) return;
        start.mutate(
          { file, slug: slug.trim() || null, passphrase: passphrase || null, new_id: isCopy },
          { onSuccess: onClose },
        );
      }}
    >
      <input
        ref={input}
        type="file"
        accept=".zip,application/zip"
        aria-label="Archive"
        className="sr-only"
        tabIndex={-1}
        onChange={({ target }) => setFile(target.files?.[0] ?? null)}
      />
      <div className="flex flex-wrap items-center gap-3">
        <Button icon={FileArchive} onClick={() => input.current?.click()}>
          {file ? "Choose another archive" : "Choose an archive"}
        </Button>
        {file && (
          <span className="min-w-0 truncate">
            {file.name} <span className="text-ink-3">{bytes(file.size)}</span>
          </span>
        )}
      </div>
      <Field
        label="In addresses"
        hint="Empty: as in the archive."
        error={faultOf(start.error, "slug")}
      >
        {(ids) => (
          <Input
            {...ids}
            value={slug}
            placeholder="acme"
            className="font-mono"
            maxLength={40}
            onChange={({ target }) => setSlug(target.value)}
          />
        )}
      </Field>
      <PassphraseField
        value={passphrase}
        hint="That of the export, if it had one."
        error={faultOf(start.error, "passphrase")}
        onChange={setPassphrase}
      />
      <label className="flex items-start gap-2">
        <input
          type="checkbox"
          className="mt-0.5 size-4 accent-accent"
          checked={isCopy}
          onChange={({ target }) => setCopy(target.checked)}
        />
        <span>
          Give it a new id{" "}
          <span className="text-ink-3">where it shall not be the same organisation.</span>
        </span>
      </label>
      {rest && <ErrorNote title="Not imported" error={rest} />}
      <div className="flex gap-2">
        <Button type="submit" tone="primary" disabled={!file} isBusy={start.isPending}>
          Import
        </Button>
        <Button tone="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
