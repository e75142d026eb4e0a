import { fireEvent, render } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { onPageKey, useShortcuts } from "@/lib/shortcuts";

function Keys({ keys, run }: { keys: string; run: () => void }) {
  useShortcuts([{ keys, label: "Do it", group: "Test", run }]);
  return <input aria-label="Text" />;
}

describe("shortcuts", () => {
  beforeEach(() => document.addEventListener("keydown", onPageKey));
  afterEach(() => document.removeEventListener("keydown", onPageKey));

  it("run on their key, and no more when the component is gone", () => {
    const run = vi.fn();
    const { unmount } = render(<Keys keys="j" run={run} />);
    fireEvent.keyDown(document.body, { key: "j" });
    unmount();
    fireEvent.keyDown(document.body, { key: "j" });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("leave a person who types alone, but not with a modifier", () => {
    const plain = vi.fn();
    const modified = vi.fn();
    const { getAllByLabelText } = render(
      <>
        <Keys keys="j" run={plain} />
        <Keys keys="mod+k" run={modified} />
      </>,
    );
    const [input] = getAllByLabelText("Text");
    if (!input) throw new Error("no input");
    fireEvent.keyDown(input, { key: "j" });
    fireEvent.keyDown(input, { key: "k", ctrlKey: true });
    expect(plain).not.toHaveBeenCalled();
    expect(modified).toHaveBeenCalledTimes(1);
  });

  it("may be two keys in a row", () => {
    const run = vi.fn();
    render(<Keys keys="g r" run={run} />);
    fireEvent.keyDown(document.body, { key: "r" });
    fireEvent.keyDown(document.body, { key: "g" });
    fireEvent.keyDown(document.body, { key: "r" });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("of an inner layer win over those of the page", () => {
    const outer = vi.fn();
    const inner = vi.fn();
    render(
      <>
        <Keys keys="a" run={outer} />
        <Keys keys="a" run={inner} />
      </>,
    );
    fireEvent.keyDown(document.body, { key: "a" });
    expect([outer.mock.calls.length, inner.mock.calls.length]).toEqual([0, 1]);
  });
});
