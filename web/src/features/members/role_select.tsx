import { useQuery } from "@tanstack/react-query";
import { may } from "@/api/me";
import { rolesQuery } from "@/features/access/queries";
import { Select } from "@/ui/field";

const SHIPPED = ["owner", "admin", "builder", "operator", "user", "guest"];

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
        <option key={name}>{name}</option>
      ))}
    </Select>
  );
}
