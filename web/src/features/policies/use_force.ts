import { toast } from "@/ui/toast";
import { type PolicyDetail, useActivate, useDeactivate } from "./queries";

/** Putting versions of a policy in force and taking it out, each with the way back. */
export function useForce({ name, active }: Pick<PolicyDetail, "name" | "active">) {
  const activate = useActivate();
  const deactivate = useDeactivate();
  const putBack = () => {
    if (active === null) deactivate.mutate(name);
    else activate.mutate({ name, version: active });
  };
  const options = { onUndo: putBack, seconds: 10 };
  const putIn = (version: number) =>
    activate.mutate(
      { name, version },
      { onSuccess: () => toast(`Version ${version} decides from the next call on.`, options) },
    );
  const takeOut = () =>
    deactivate.mutate(name, {
      onSuccess: () => toast(`${name} decides nothing any more. Its versions stay.`, options),
      onError: (error) => toast(`Still in force: ${error.message}`, { isError: true }),
    });
  return {
    putIn,
    takeOut,
    error: activate.error,
    isPuttingIn: activate.isPending,
    isTakingOut: deactivate.isPending,
  };
}
