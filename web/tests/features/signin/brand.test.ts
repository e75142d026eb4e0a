import { describe, expect, it } from "vitest";
import { brandStyle, inkOn } from "@/features/signin/brand";

describe("an organisation's colours", () => {
  it("are written on in whichever of black and white reads better", () => {
    expect(["#0b57d0", "#a8c7fa", "#ffffff", "#000000", "#e11d48"].map(inkOn)).toEqual([
      "#ffffff",
      "#000000",
      "#000000",
      "#ffffff",
      "#ffffff",
    ]);
  });

  it("are those of the theme that is shown", () => {
    const branding = { accent: "#0b57d0", accent_dark: "#a8c7fa" };
    expect(brandStyle(branding, false)).toMatchObject({ "--accent": "#0b57d0" });
    expect(brandStyle(branding, true)).toMatchObject({ "--accent": "#a8c7fa" });
  });

  it("leave cadre's own where there are none, or none that a page could use", () => {
    expect(brandStyle({}, false)).toEqual({});
    expect(brandStyle({ accent: "red;background:url(//evil.example)" }, false)).toEqual({});
  });
});
