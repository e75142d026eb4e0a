import { createEvent, fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { PasswordField } from "@/features/signin/password_input";

/** A key goes down or up while caps lock is on or off, as a browser would tell. */
function press(field: HTMLElement, kind: "keyDown" | "keyUp", isLocked: boolean): void {
  const event = createEvent[kind](field, { key: "A" });
  const getModifierState = (name: string) => name === "CapsLock" && isLocked;
  fireEvent(field, Object.assign(event, { getModifierState }));
}

describe("a password field", () => {
  it("says that caps lock is on while one types, and that it is off again", () => {
    render(<PasswordField label="Password" autoComplete="current-password" />);
    const field = screen.getByLabelText("Password");
    expect(screen.queryByText("Caps lock is on.")).toBeNull();

    press(field, "keyDown", true);
    expect(screen.getByText("Caps lock is on.")).toBeTruthy();

    press(field, "keyUp", false);
    expect(screen.queryByText("Caps lock is on.")).toBeNull();
  });

  it("can be looked at, and tells a password manager what it is all the same", () => {
    render(<PasswordField label="Password" autoComplete="new-password" />);
    const field = screen.getByLabelText("Password");
    expect([field.getAttribute("type"), field.getAttribute("autocomplete")]).toEqual([
      "password",
      "new-password",
    ]);

    fireEvent.click(screen.getByRole("button", { name: "Show the password" }));
    expect([field.getAttribute("type"), field.getAttribute("autocomplete")]).toEqual([
      "text",
      "new-password",
    ]);
  });

  it("ties what is wrong to the field", () => {
    render(<PasswordField label="Password" autoComplete="new-password" error="Too short." />);
    const field = screen.getByLabelText("Password");
    expect(field.getAttribute("aria-invalid")).toBe("true");
    const note = document.getElementById(field.getAttribute("aria-describedby") ?? "");
    expect(note?.textContent).toBe("Too short.");
  });
});
