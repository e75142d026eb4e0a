import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { keepMe } from "@/api/me";
import type { components } from "@/api/schema";
import type { Me, Page } from "@/api/types";

type Schemas = components["schemas"];

export type Profile = Schemas["Profile"];
export type Device = Schemas["DeviceInfo"];
export type Passkey = Schemas["PasskeyInfo"];
export type MfaState = Schemas["MfaState"];
export type Preferences = Profile["preferences"];

/** Only what is sent is changed. */
interface ProfileChange {
  name?: string;
  preferences?: Partial<Preferences>;
}

export const accountQuery = queryOptions({
  queryKey: ["account"],
  queryFn: ({ signal }) => api.get<Profile>("/account", undefined, signal),
});

export const mfaQuery = queryOptions({
  queryKey: ["account", "mfa"],
  queryFn: ({ signal }) => api.get<MfaState>("/account/mfa", undefined, signal),
});

export const devicesQuery = queryOptions({
  queryKey: ["account", "devices"],
  queryFn: ({ signal }) => api.get<Page<Device>>("/account/devices", undefined, signal),
});

/** Change what is said of me; every page knows it at once. */
export function useChangeAccount() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: ProfileChange) => api.patch<Profile>("/account", change),
    onSuccess: (profile) => {
      queries.setQueryData(accountQuery.queryKey, profile);
      const me = queries.getQueryData<Me>(["me"]);
      if (!me) return;
      const { name, preferences } = profile;
      queries.setQueryData(["me"], keepMe({ ...me, user: { ...me.user, name }, preferences }));
    },
  });
}

/** A change of one's own account that is over once the pages that show it have been read again. */
export function useOwnChange<Input, Output>(
  change: (input: Input) => Promise<Output>,
  onDone?: (output: Output) => void,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (output) => {
      onDone?.(output);
      await queries.invalidateQueries({ queryKey: ["account"] });
    },
  });
}
