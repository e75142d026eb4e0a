import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, apiUrl, unsafeHeaders } from "@/api/client";
import { toast } from "@/ui/toast";
import { inputOf } from "./budget";
import { type Budget, budgetsQuery, useAddBudget, useChangeBudget } from "./queries";

const UNDO_SECONDS = 6;
const LEAVING = ["budgets leaving"];

/** The budgets, without those that are about to be deleted. */
export function useBudgets() {
  const query = useQuery(budgetsQuery);
  const leaving = useQuery<string[]>({
    queryKey: LEAVING,
    queryFn: () => [],
    initialData: [],
    staleTime: Number.POSITIVE_INFINITY,
  });
  const budgets = query.data?.items.filter(({ id }) => !leaving.data.includes(id));
  return { ...query, budgets };
}

/** Gone at once for the eye; in force until the time for undo is over or the page is left. */
export function useDeleteBudget(): (budget: Budget, title: string) => void {
  const client = useQueryClient();
  const mark = (id: string, isLeaving: boolean) =>
    client.setQueryData<string[]>(LEAVING, (before = []) =>
      isLeaving ? [...before, id] : before.filter((each) => each !== id),
    );

  return ({ id }, title) => {
    mark(id, true);
    const settle = () => {
      clearTimeout(timer);
      removeEventListener("pagehide", leave);
    };
    const leave = () => {
      settle();
      const request = { method: "DELETE", headers: unsafeHeaders(), keepalive: true };
      void fetch(apiUrl(`/budgets/${id}`), request);
    };
    const timer = setTimeout(async () => {
      settle();
      try {
        await api.delete(`/budgets/${id}`);
      } catch (error) {
        toast(`Not deleted: ${(error as Error).message}`, { isError: true });
      }
      await client.invalidateQueries({ queryKey: ["budgets"] });
      mark(id, false);
    }, UNDO_SECONDS * 1000);
    addEventListener("pagehide", leave);
    toast(`Deleted: ${title}`, {
      seconds: UNDO_SECONDS,
      onUndo: () => {
        settle();
        mark(id, false);
      },
    });
  };
}

const EXAMPLE = { subject_kind: "org", subject: "*", period: "month", mode: "soft" } as const;

/** One click: a warning that costs nothing, and can be taken back. */
export function useExampleBudget() {
  const add = useAddBudget();
  const drop = useDeleteBudget();
  return {
    isPending: add.isPending,
    add: () =>
      add.mutate(
        { ...EXAMPLE, limit_usd: "20", warn_at: 0.8, enabled: true },
        {
          onSuccess: (made) =>
            toast("The budget counts from now on.", {
              onUndo: () => drop(made, "the example"),
            }),
          onError: (error) => toast(`Not added: ${error.message}`, { isError: true }),
        },
      ),
  };
}

/** Off and on again; what is spent stays counted. */
export function useToggleBudget() {
  const change = useChangeBudget();
  return (budget: Budget) => {
    const put = (enabled: boolean) =>
      change.mutate(
        { id: budget.id, body: { ...inputOf(budget), enabled } },
        { onError: (error) => toast(`Not changed: ${error.message}`, { isError: true }) },
      );
    put(!budget.enabled);
    toast(budget.enabled ? "Paused: it holds nobody back." : "In force again.", {
      onUndo: () => put(budget.enabled),
    });
  };
}
