import { useState } from "react";
import { Button } from "@/ui/button";
import { Field, TextArea } from "@/ui/field";
import { toast } from "@/ui/toast";
import { type SecretInfo, useSetHosts } from "./queries";

/** Where tools may send the value in a request, a host to a line; nowhere to begin with. */
export function SecretHosts({ secret, onDone }: { secret: SecretInfo; onDone: () => void }) {
  const before = secret.hosts.map(hostWord);
  const [text, setText] = useState(before.join("\n"));
  const change = useSetHosts();
  const hosts = text.split(/[\s,]+/).filter(Boolean);
  const save = () =>
    change.mutate(
      { name: secret.name, hosts },
      {
        onSuccess: (next) => {
          toast(`“${next.name}” may be sent to ${hostsWords(next.hosts)}.`, {
            onUndo: () => change.mutate({ name: secret.name, hosts: before }),
          });
          onDone();
        },
      },
    );
  return (
    <form
      aria-label={`Hosts of ${secret.name}`}
      className="mt-2 flex max-w-160 flex-col items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Field
        label="Hosts, one to a line"
        hint="As api.github.com: https on its usual port. Write https://host:8443 for anything else."
        error={change.error?.message}
        className="w-full"
      >
        {(ids) => (
          <TextArea
            {...ids}
            rows={Math.max(2, hosts.length)}
            value={text}
            autoFocus
            spellCheck={false}
            autoCapitalize="off"
            className="font-mono"
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <span className="flex gap-1.5">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" tone="primary" isBusy={change.isPending}>
          Save the hosts
        </Button>
      </span>
    </form>
  );
}

export function hostsWords(hosts: string[]): string {
  return hosts.length === 0 ? "no host" : hosts.map(hostWord).join(", ");
}

/** `https://api.github.com:443` as people write it. */
function hostWord(origin: string): string {
  return origin.replace(/^https:\/\/(.*):443$/, "$1").replace(/^(http:\/\/.*):80$/, "$1");
}
