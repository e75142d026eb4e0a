import { useQuery } from "@tanstack/react-query";
import { may } from "@/api/me";
import { membersQuery } from "@/features/members/queries";

/** Names of people for whoever may see them; their ids otherwise. */
export function useNames(isOn = true): (id: string) => string {
  const { data } = useQuery({ ...membersQuery, enabled: isOn && may("members:read") });
  return (id) => data?.find((member) => member.id === id)?.name ?? id;
}
