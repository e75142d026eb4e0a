import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { dayCells } from "@/features/models/health";
import { HealthStrip } from "@/features/models/health_strip";
import { aBucket } from "./items";

const HOUR = 3600;
const NOW = 1_000 * HOUR + 60;

afterEach(cleanup);

function show() {
  const day = [aBucket(999 * HOUR, { state: "down", success_rate: 0.25 })];
  render(<HealthStrip label="The last 24 hours" cells={dayCells(day, NOW)} />);
  return screen.getByRole("slider", { name: "The last 24 hours" });
}

it("begins at the running hour, and the arrows walk through the others", () => {
  const strip = show();
  expect(strip.getAttribute("aria-valuetext")).toContain("no calls");

  fireEvent.keyDown(strip, { key: "ArrowLeft" });

  expect(strip.getAttribute("aria-valuetext")).toContain("Down, 4 calls, 25 % went well");
  expect(screen.getByText(/4 calls, 25 % well/)).toBeTruthy();
});

it("forgets what was chosen when the focus leaves", () => {
  const strip = show();
  fireEvent.keyDown(strip, { key: "Home" });
  expect(strip.getAttribute("aria-valuenow")).toBe("0");

  fireEvent.blur(strip);

  expect(strip.getAttribute("aria-valuenow")).toBe("23");
  expect(screen.getByText("24 h ago")).toBeTruthy();
});

it("leaves other keys to the page", () => {
  const strip = show();
  expect(fireEvent.keyDown(strip, { key: "j" })).toBe(true);
  expect(fireEvent.keyDown(strip, { key: "End" })).toBe(false);
});
