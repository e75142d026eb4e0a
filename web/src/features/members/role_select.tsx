import { useQuery } from "@tanstack/react-query";
import { may } from "@/api/me";
import { rolesQuery } from "@/features/access/queries";
import { Select } from "@/ui/field";

const SHIPPED = ["owner", "admin", "builder", "operator", "user", "guest"];

/** A role as people read it; somebody may have none in the whole organisation. */
export const roleWord = (role: string) => role || "no role";

interface Props {
  id?: string;
  value: string;
  isDisabled?: boolean;
  onChange: (role: string) => void;
}

/** A role for a person; that of runs is not offered. */
export function RoleSelect({ value, onChange, isDisabled = false, ...ids }: Props) {
  const { data } = useQuery({ ...rolesQuery, enabled: may("roles:read") });
  const names = data?.map(({ name }) => name).filter((name) => name !== "agent") ?? SHIPPED;
  const all = names.includes(value) ? names : [...names, value];
  return (
    <Select
      {...ids}
      value={value}
      disabled={isDisabled}
      onChange={({ target }) => onChange(target.value)}
    >
      {all.map((name) => (
        <option key={name} value={name}>
          {roleWord(name)}
        </option>
      ))}
    </Select>
  );
}
