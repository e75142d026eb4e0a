/** The capability matrix: which share of the models can do what, over all and by provider. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Toggle } from "@/features/runs/timeline_tools";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { capabilityWord } from "./capability";
import { percent } from "./health";
import { matrixQuery } from "./queries";
import type { Capability, Matrix } from "./types";

export function CapabilitiesPage() {
  const { retired } = useSearch({ from: "/shell/models/capabilities" });
  const navigate = useNavigate();
  const { data, error, isPending, refetch } = useQuery(matrixQuery(retired !== undefined));
  return (
    <div className="flex h-full min-w-0 flex-col">
      <PaneHeader
        title="Capabilities"
        aside={
          <span className="tabular text-12 text-ink-3">{data && count(data.models, "model")}</span>
        }
        actions={
          <Toggle
            isOn={retired !== undefined}
            onChange={(isOn) =>
              void navigate({
                to: "/models/capabilities",
                search: isOn ? { retired: "yes" } : {},
                replace: true,
              })
            }
          >
            With retired ones
          </Toggle>
        }
      />
      {isPending && <Spinner label="Counting" />}
      {error && data === undefined && (
        <ErrorNote
          className="m-4"
          title="The matrix could not be read"
          error={error}
          action={<Button onClick={() => refetch()}>Try again</Button>}
        />
      )}
      {data && (
        <>
          <p className="max-w-150 px-4 pt-3 text-ink-2">
            How many of the models can do each thing, and which share that is. A stronger colour is
            a larger share. Press a number to see those models.
          </p>
          <Grid matrix={data} />
        </>
      )}
    </div>
  );
}

/** Darker is more; the number in the cell says how many. Each cell leads to those models. */
function Grid({ matrix }: { matrix: Matrix }) {
  const columns = [
    { provider: null, name: "All", models: matrix.models, capabilities: matrix.capabilities },
    ...matrix.providers.map((each) => ({ ...each, name: each.provider })),
  ];
  return (
    <div tabIndex={0} className="relative min-h-0 grow overflow-auto p-4 outline-offset-[-2px]">
      <table className="border-separate" style={{ borderSpacing: 2 }}>
        <caption className="sr-only">Models by what they can do and by provider</caption>
        <thead>
          <tr>
            <td className="sticky left-0 z-10 bg-surface" />
            {columns.map(({ name, models }) => (
              <th
                key={name}
                scope="col"
                style={{ minWidth: 76 }}
                className="px-1 pb-1 text-left text-12 font-medium text-ink-2"
              >
                {name}
                <span className="tabular block text-11 font-normal text-ink-3">
                  {count(models, "model")}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.capabilities.map(({ capability }, row) => (
            <tr key={capability}>
              <th
                scope="row"
                className="sticky left-0 z-10 bg-surface pr-3 text-left font-normal whitespace-nowrap text-ink-2"
              >
                {capabilityWord(capability)}
              </th>
              {columns.map(({ name, provider, capabilities }) => (
                <Cell
                  key={name}
                  capability={capability}
                  provider={provider}
                  models={capabilities[row]?.models ?? 0}
                  share={capabilities[row]?.share ?? 0}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  capability: Capability;
  provider: string | null;
  models: number;
  share: number;
}

function Cell({ capability, provider, models, share }: CellProps) {
  if (models === 0) {
    return (
      <td className="h-9 rounded-sm bg-sunken px-2 text-12 text-ink-3">
        <span aria-hidden>–</span>
        <span className="sr-only">none</span>
      </td>
    );
  }
  return (
    <td className="relative h-9 rounded-sm">
      <span
        aria-hidden
        className="absolute inset-0 rounded-sm bg-accent"
        style={{ opacity: 0.06 + 0.3 * share }}
      />
      <Link
        to="/models"
        search={{ capability, ...(provider === null ? {} : { provider }) }}
        className="tabular relative flex h-9 items-baseline gap-1.5 rounded-sm px-2 pt-2 whitespace-nowrap hover:underline"
      >
        {models}
        <span className="text-11">{percent(share)}</span>
      </Link>
    </td>
  );
}
