import { useRegisteredShortcuts } from "@/lib/shortcuts";
import { Dialog } from "@/ui/dialog";
import { Kbd } from "@/ui/kbd";

/** Every key that works just now, in groups. */
export default function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const shortcuts = useRegisteredShortcuts();
  const groups = [...new Set(shortcuts.map(({ group }) => group))];
  return (
    <Dialog isOpen onClose={onClose} title="Keys">
      <div className="grid gap-x-8 gap-y-4 md:grid-cols-2">
        {groups.map((group) => (
          <section key={group}>
            <h3 className="mb-1 text-12 font-medium text-ink-3">{group}</h3>
            <dl>
              {shortcuts
                .filter((each) => each.group === group)
                .map(({ keys, label }) => (
                  <div key={keys} className="flex h-7 items-center gap-2">
                    <dt className="grow truncate">{label}</dt>
                    <dd className="flex gap-1">
                      {keys.split(" ").map((part) => (
                        <Kbd key={part} keys={part} />
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
