import { useQuery } from "@tanstack/react-query";
import { Laptop, Smartphone, Terminal } from "lucide-react";
import { api } from "@/api/client";
import { Section } from "@/features/settings/section";
import { ago, exactMoment } from "@/lib/format";
import { ErrorNote, Spinner } from "@/ui/notes";
import { Badge } from "@/ui/status";
import { toast } from "@/ui/toast";
import { AskedButton } from "./asked_button";
import { deviceName, isPhone } from "./device_name";
import { Fault } from "./fault";
import { type Device, devicesQuery, useOwnChange } from "./queries";

export default function DevicesPart() {
  const { data, error } = useQuery(devicesQuery);
  const endOthers = useOwnChange(
    (_: undefined) => api.delete("/account/devices"),
    () => toast("You are signed out everywhere else."),
  );
  if (error && !data)
    return <ErrorNote title="The devices could not be read" error={error} className="m-4" />;
  if (!data) return <Spinner label="Reading the devices" />;
  const others = data.items.filter(({ is_this }) => !is_this);
  return (
    <Section
      title="Where you are signed in"
      hint="One that you don't know? Sign it out, then change your password."
      action={
        others.length > 0 && (
          <AskedButton
            label="Sign out everywhere else"
            tone="default"
            answer={`Sign out ${others.length === 1 ? "one device" : `${others.length} devices`}`}
            isBusy={endOthers.isPending}
            onYes={() => endOthers.mutate(undefined)}
          />
        )
      }
    >
      <Fault error={endOthers.error} />
      <ul aria-label="Devices" className="border-t border-line">
        {data.items.map((device) => (
          <DeviceRow key={device.id} device={device} />
        ))}
      </ul>
      {others.length === 0 && (
        <p className="mt-3 text-ink-2">
          Only here. Where you sign in next, in another browser or with a program, is listed here
          too.
        </p>
      )}
    </Section>
  );
}

function DeviceRow({ device }: { device: Device }) {
  const name = deviceName(device.user_agent);
  const end = useOwnChange(
    (_: undefined) => api.delete(`/account/devices/${device.id}`),
    () => toast(`${name} is signed out.`),
  );
  const Icon = device.is_program ? Terminal : isPhone(device.user_agent) ? Smartphone : Laptop;
  return (
    <li className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-2">
      <Icon size={18} strokeWidth={1.75} aria-hidden className="shrink-0 text-ink-3" />
      <div className="min-w-40 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium" title={device.user_agent}>
            {name}
          </span>
          {device.is_this && <Badge tone="accent">This one</Badge>}
          {device.is_program && <Badge>Program</Badge>}
        </p>
        <p className="flex flex-wrap gap-x-3 text-12 text-ink-3">
          <span title={exactMoment(device.seen_at)}>
            {device.address && `${device.address} · `}
            {device.is_this ? "in use" : `last seen ${ago(device.seen_at)}`}
          </span>
          <span title={exactMoment(device.created_at)}>
            signed in {ago(device.created_at)} {wayIn(device.method)}
          </span>
        </p>
      </div>
      {!device.is_this && (
        <AskedButton
          label="Sign out"
          name={`Sign out ${name}`}
          answer="Sign it out"
          isBusy={end.isPending}
          onYes={() => end.mutate(undefined)}
        />
      )}
      <Fault error={end.error} />
    </li>
  );
}

const WAYS: Record<string, string> = {
  link: "by link",
  password: "by password",
  passkey: "by passkey",
  totp: "app",
  recovery: "recovery code",
};

/** "password+totp" is "by password and app". */
function wayIn(method: string): string {
  return method
    .split("+")
    .map((part, at) => (at === 0 ? (WAYS[part] ?? `by ${part}`) : (WAYS[part] ?? part)))
    .join(" and ");
}
