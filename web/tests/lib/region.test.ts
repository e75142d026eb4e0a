import { afterEach, expect, it } from "vitest";
import { exactMoment, moment } from "@/lib/format";
import { keepRegion } from "@/lib/region";

const AT = Date.UTC(2026, 10, 3, 23, 30) / 1000;

afterEach(() => keepRegion({ language: "", time_zone: "" }));

it("writes moments of the chosen time zone, in the chosen language", () => {
  keepRegion({ language: "de", time_zone: "Asia/Tokyo" });
  expect(exactMoment(AT)).toBe("04.11.2026, 08:30:00");
  keepRegion({ language: "en-GB", time_zone: "UTC" });
  expect(exactMoment(AT)).toBe("3 Nov 2026, 23:30:00");
});

it("counts days as they are there", () => {
  const twoHoursLater = AT + 7200;
  keepRegion({ language: "en-GB", time_zone: "Asia/Tokyo" });
  expect(moment(AT, twoHoursLater)).toBe("08:30");
  keepRegion({ language: "en-GB", time_zone: "UTC" });
  expect(moment(AT, twoHoursLater)).toBe("3 Nov");
});

it("falls back to English where the browser does not know what was chosen", () => {
  keepRegion({ language: "not a language", time_zone: "Mars/Olympus" });
  expect(exactMoment(AT)).toContain("2026");
});
