import { useMe } from "@/api/me";
import { KeyRow } from "./key_row";
import type { ApiKey } from "./queries";

export function KeyList({ keys, label }: { keys: readonly ApiKey[]; label: string }) {
  const me = useMe();
  return (
    <ul aria-label={label} className="border-t border-line">
      {keys.map((key) => (
        <KeyRow
          key={key.id}
          apiKey={key}
          isMine={key.owner.kind === "user" && key.owner.id === me.user.id}
        />
      ))}
    </ul>
  );
}
