import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { AskedButton } from "@/features/account/asked_button";
import { Button } from "@/ui/button";
import { Field, Select } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { FreshKey } from "./fresh_key";
import { type ApiKey, useRevokeKey, useRotateKey } from "./queries";

const GRACES = [
  { seconds: 0, label: "at once" },
  { seconds: 3600, label: "in an hour" },
  { seconds: 86_400, label: "in a day" },
  { seconds: 7 * 86_400, label: "in a week" },
  { seconds: 30 * 86_400, label: "in 30 days" },
];

/** A new secret while the old one still works for a while; or the end of the key. */
export function KeyActions({ apiKey, isMine }: { apiKey: ApiKey; isMine: boolean }) {
  const [isRotating, setRotating] = useState(false);
  const [grace, setGrace] = useState(86_400);
  const rotate = useRotateKey();
  const revoke = useRevokeKey();
  const drop = () =>
    revoke.mutate(apiKey.id, {
      onSuccess: () => toast(`“${apiKey.name}” is revoked: it opens nothing any more.`),
    });
  // Nobody is told the secret of a key that acts for another person.
  const mayRotate = isMine || apiKey.owner.kind === "service";
  return (
    <div>
      {isRotating ? (
        <form
          aria-label={`Rotate ${apiKey.name}`}
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            rotate.mutate(
              { id: apiKey.id, graceSeconds: grace },
              { onSuccess: () => setRotating(false) },
            );
          }}
        >
          <Field label="The old secret ends">
            {(ids) => (
              <Select
                {...ids}
                value={grace}
                onChange={({ target }) => setGrace(Number(target.value))}
              >
                {GRACES.map(({ seconds, label }) => (
                  <option key={seconds} value={seconds}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Button type="submit" tone="primary" isBusy={rotate.isPending}>
            Make a new secret
          </Button>
          <Button tone="quiet" onClick={() => setRotating(false)}>
            Cancel
          </Button>
        </form>
      ) : (
        <div className="flex flex-wrap gap-2">
          {mayRotate && (
            <Button
              size="sm"
              icon={RefreshCw}
              aria-label={`Rotate ${apiKey.name}`}
              onClick={() => setRotating(true)}
            >
              Rotate
            </Button>
          )}
          <AskedButton
            label="Revoke"
            name={`Revoke ${apiKey.name}`}
            answer="Revoke for good"
            isBusy={revoke.isPending}
            onYes={drop}
          />
        </div>
      )}
      {rotate.data && <FreshKey apiKey={rotate.data} />}
      {rotate.error && <ErrorNote title="Not rotated" error={rotate.error} className="mt-2" />}
      {revoke.error && <ErrorNote title="Not revoked" error={revoke.error} className="mt-2" />}
    </div>
  );
}
