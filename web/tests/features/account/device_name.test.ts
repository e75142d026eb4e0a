import { describe, expect, it } from "vitest";
import { initials } from "@/features/account/avatar";
import { deviceName, isPhone } from "@/features/account/device_name";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

describe("a device's name", () => {
  it.each([
    [`Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} Chrome/142.0.0.0 Safari/537.36`, "Chrome on Linux"],
    [
      `Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/142.0 Safari/537.36`,
      "Chrome on Linux",
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/142.0 Safari/537.36 Edg/142.0`,
      "Edge on Windows",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
      "Firefox on Mac",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
      "Safari on iPhone",
    ],
    [
      `Mozilla/5.0 (Linux; Android 15; Pixel 9) ${WEBKIT} Chrome/142.0 Mobile Safari/537.36`,
      "Chrome on Android",
    ],
    ["python-httpx/0.28.1", "python-httpx"],
    ["", "Unknown device"],
  ])("%s", (userAgent, name) => {
    expect(deviceName(userAgent)).toBe(name);
  });

  it("tells phones apart", () => {
    const phone = `Mozilla/5.0 (Linux; Android 15; Pixel 9) ${WEBKIT} Chrome/142.0 Mobile Safari`;
    expect([isPhone(phone), isPhone("Mozilla/5.0 (X11; Linux x86_64)")]).toEqual([true, false]);
  });
});

it("shows the first letters of a name in the place of a picture", () => {
  expect(["Ada Lovelace", "owner", " Jean-Luc  van Damme ", "李 小龙"].map(initials)).toEqual([
    "AL",
    "O",
    "JD",
    "李小",
  ]);
});
