import { Download, PauseCircle, PlayCircle, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import {
  useDeleteOrg,
  useExportOrg,
  useReactivateOrg,
  useSuspendOrg,
} from "./installation_queries";
import { PassphraseField } from "./passphrase_field";
import type { Organisation } from "./queries";

type Form = "suspend" | "export" | "delete" | null;

interface FormProps {
  org: Organisation;
  onClose: () => void;
}

/** Stop it, take its data along, end it. Each is asked in place for what it needs. */
export function OrgActions({ org, isHome }: { org: Organisation; isHome: boolean }) {
  const [form, setForm] = useState<Form>(null);
  const reactivate = useReactivateOrg();
  const close = () => setForm(null);
  const isQuiet = org.status === "active" || org.status === "suspended";
  if (!isQuiet) return null;
  if (form === "suspend") return <SuspendForm org={org} onClose={close} />;
  if (form === "export") return <ExportForm org={org} onClose={close} />;
  if (form === "delete") return <DeleteForm org={org} onClose={close} />;
  return (
    <div className="flex flex-wrap gap-2">
      <Button size="sm" icon={Download} onClick={() => setForm("export")}>
        Export
      </Button>
      {!isHome &&
        (org.status === "suspended" ? (
          <Button
            size="sm"
            icon={PlayCircle}
            isBusy={reactivate.isPending}
            onClick={() =>
              reactivate.mutate(org.id, {
                onSuccess: () => toast(`${org.name} goes on where it stopped.`),
              })
            }
          >
            Reactivate
          </Button>
        ) : (
          <Button size="sm" icon={PauseCircle} onClick={() => setForm("suspend")}>
            Suspend
          </Button>
        ))}
      {!isHome && (
        <Button size="sm" tone="danger" icon={Trash2} onClick={() => setForm("delete")}>
          Delete
        </Button>
      )}
      {isHome && (
        <span className="self-center text-12 text-ink-3">
          It runs the installation, so it can't be suspended or deleted.
        </span>
      )}
      {reactivate.error && <ErrorNote title="Not reactivated" error={reactivate.error} />}
    </div>
  );
}

interface FrameProps {
  label: string;
  answer: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  isBusy: boolean;
  error: Error | null;
  onSend: () => void;
  onClose: () => void;
  children: ReactNode;
}

function Frame(props: FrameProps) {
  const { label, answer, isDanger = false, isDisabled = false, isBusy, error } = props;
  return (
    <form
      aria-label={label}
      className="flex max-w-120 flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        props.onSend();
      }}
    >
      {props.children}
      {error && <ErrorNote error={error} />}
      <div className="flex gap-2">
        <Button
          type="submit"
          tone={isDanger ? "danger" : "primary"}
          disabled={isDisabled}
          isBusy={isBusy}
        >
          {answer}
        </Button>
        <Button tone="quiet" onClick={props.onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function SuspendForm({ org, onClose }: FormProps) {
  const [reason, setReason] = useState("");
  const suspend = useSuspendOrg();
  return (
    <Frame
      label={`Suspend ${org.name}`}
      answer={`Suspend ${org.name}`}
      isBusy={suspend.isPending}
      error={suspend.error}
      onClose={onClose}
      onSend={() => suspend.mutate({ id: org.id, reason: reason.trim() }, { onSuccess: onClose })}
    >
      <Field label="Reason" hint="Nothing runs and nobody signs in; all data stays.">
        {(ids) => (
          <Input
            {...ids}
            value={reason}
            autoFocus
            maxLength={500}
            placeholder="The invoice of May is open"
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
    </Frame>
  );
}

function ExportForm({ org, onClose }: FormProps) {
  const [passphrase, setPassphrase] = useState("");
  const start = useExportOrg();
  const isShort = passphrase !== "" && passphrase.length < 12;
  return (
    <Frame
      label={`Export ${org.name}`}
      answer="Write the archive"
      isDisabled={isShort}
      isBusy={start.isPending}
      error={faultOfAll(start.error, ["passphrase"])}
      onClose={onClose}
      onSend={() =>
        start.mutate({ id: org.id, passphrase: passphrase || null }, { onSuccess: onClose })
      }
    >
      <PassphraseField
        value={passphrase}
        hint="With one, secrets and keys of providers go along, sealed by it. Without, they are left out."
        error={faultOf(start.error, "passphrase")}
        onChange={setPassphrase}
      />
    </Frame>
  );
}

function DeleteForm({ org, onClose }: FormProps) {
  const [confirm, setConfirm] = useState("");
  const remove = useDeleteOrg();
  return (
    <Frame
      label={`Delete ${org.name}`}
      answer="Delete everything for good"
      isDanger
      isDisabled={confirm !== org.slug}
      isBusy={remove.isPending}
      error={faultOfAll(remove.error, ["confirm"])}
      onClose={onClose}
      onSend={() => remove.mutate({ id: org.id, confirm }, { onSuccess: onClose })}
    >
      <p className="text-ink-2">
        All people, conversations, runs, files, agents and keys of {org.name} go, at once out of
        reach and then for ever. There is no way back but an export made before.
      </p>
      <Field label={`Type ${org.slug} to go on`} error={faultOf(remove.error, "confirm")}>
        {(ids) => (
          <Input
            {...ids}
            value={confirm}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
            onChange={({ target }) => setConfirm(target.value)}
          />
        )}
      </Field>
    </Frame>
  );
}
