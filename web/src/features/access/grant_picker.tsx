/** Permissions to tick, by what they are about; each can be narrowed to some things. */
import { useQuery } from "@tanstack/react-query";
import { aboutWords, byAbout, patternFor, type Ticked } from "./permissions";
import { type PermissionInfo, permissionsQuery } from "./queries";

interface Props {
  ticked: Ticked;
  onChange: (ticked: Ticked) => void;
}

export function GrantPicker({ ticked, onChange }: Props) {
  const permissions = useQuery(permissionsQuery).data ?? [];
  return (
    <div className="gap-x-8 md:columns-2">
      {byAbout(permissions).map(([about, own]) => (
        <fieldset key={about} className="mb-4 min-w-0 break-inside-avoid">
          <legend className="mb-1 text-12 font-medium text-ink-2">{aboutWords(about)}</legend>
          {own.map((each) => (
            <One key={each.permission} info={each} ticked={ticked} onChange={onChange} />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

function One({ info, ticked, onChange }: Props & { info: PermissionInfo }) {
  const { permission, description } = info;
  const on = ticked[permission];
  const example = patternFor(info);
  const tick = (isOn: boolean) => {
    const { [permission]: _, ...others } = ticked;
    onChange(isOn ? { ...others, [permission]: "" } : others);
  };
  return (
    <div className="py-0.5">
      <label className="flex items-start gap-2 max-md:min-h-9">
        <input
          type="checkbox"
          className="mt-0.5 size-4 shrink-0 accent-accent"
          checked={on !== undefined}
          onChange={({ target }) => tick(target.checked)}
        />
        <span className="min-w-0">
          {description} <code className="text-11 text-ink-3">{permission}</code>
        </span>
      </label>
      {on !== undefined && example && (
        <label className="mt-1 ml-6 flex items-center gap-2 text-12 text-ink-2">
          on
          <input
            aria-label={`${permission} on`}
            value={on}
            placeholder={`everything, or ${example}`}
            onChange={({ target }) => onChange({ ...ticked, [permission]: target.value })}
            className="h-7 min-w-0 grow rounded-md border border-line-strong/80 bg-surface px-2 font-mono text-12 max-md:h-9 max-md:text-16"
          />
        </label>
      )}
    </div>
  );
}
