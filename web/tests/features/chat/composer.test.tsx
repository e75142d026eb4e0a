import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { Composer } from "@/features/chat/composer";

interface Props {
  onSend?: () => void;
  onStop?: () => void;
  onAttach?: (files: Iterable<File>) => void;
  isHeld?: boolean;
  initial?: string;
}

function Writing({
  onSend = () => {},
  onStop,
  onAttach = () => {},
  isHeld = false,
  initial = "",
}: Props) {
  const [text, setText] = useState(initial);
  return (
    <Composer
      text={text}
      onText={setText}
      uploads={[]}
      onAttach={onAttach}
      onDetach={() => {}}
      onSend={onSend}
      isSending={false}
      isHeld={isHeld}
      onStop={onStop}
      placeholder="Ask"
    />
  );
}

const box = () => screen.getByLabelText<HTMLTextAreaElement>("Message");

describe("Composer", () => {
  it("sends on Enter and makes a line on Shift-Enter", () => {
    const onSend = vi.fn();
    render(<Writing onSend={onSend} initial="hello" />);
    fireEvent.keyDown(box(), { key: "Enter", shiftKey: true });
    expect(onSend).not.toHaveBeenCalled();
    fireEvent.keyDown(box(), { key: "Enter" });
    expect(onSend).toHaveBeenCalledTimes(1);
  });

  it("does not send while letters are being composed, nothing was written or a file is on its way", () => {
    const onSend = vi.fn();
    const { rerender } = render(<Writing onSend={onSend} />);
    fireEvent.keyDown(box(), { key: "Enter" });
    fireEvent.change(box(), { target: { value: "こんにちは" } });
    fireEvent.keyDown(box(), { key: "Enter", isComposing: true });
    rerender(<Writing onSend={onSend} isHeld />);
    fireEvent.keyDown(box(), { key: "Enter" });
    expect(onSend).not.toHaveBeenCalled();
  });

  it("stops what runs while nothing is written, and sends when something is", () => {
    const onStop = vi.fn();
    render(<Writing onStop={onStop} />);
    fireEvent.click(screen.getByRole("button", { name: "Stop" }));
    expect(onStop).toHaveBeenCalledTimes(1);
    fireEvent.change(box(), { target: { value: "and then?" } });
    expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
    expect(screen.getByRole("button", { name: "Send" })).toHaveProperty("disabled", false);
  });

  it("takes pasted files, but leaves pasted text alone", () => {
    const onAttach = vi.fn();
    render(<Writing onAttach={onAttach} />);
    const files = [new File(["a"], "a.csv")];
    fireEvent.paste(box(), { clipboardData: { files, getData: () => "a\tb" } });
    expect(onAttach).not.toHaveBeenCalled();
    fireEvent.paste(box(), { clipboardData: { files, getData: () => "" } });
    expect(onAttach).toHaveBeenCalledWith(files);
  });
});
