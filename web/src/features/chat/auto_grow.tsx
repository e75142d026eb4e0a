import { clsx } from "clsx";
import { type ComponentProps, useLayoutEffect, useRef } from "react";

/** A text area as high as its text, up to a limit. */
export function AutoGrow({ className, ref, ...rest }: ComponentProps<"textarea">) {
  const box = useRef<HTMLTextAreaElement>(null);
  const { value } = rest;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [value]);
  return (
    <textarea
      {...rest}
      ref={(area) => {
        box.current = area;
        if (typeof ref === "function") ref(area);
        else if (ref) ref.current = area;
      }}
      rows={1}
      className={clsx(
        "block max-h-[40dvh] w-full resize-none overflow-y-auto bg-transparent text-14 outline-none max-md:text-16",
        className,
      )}
    />
  );
}
