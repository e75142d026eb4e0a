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

  it("are kept away from the soft ground that text in them also stands on", () => {
    const branding = { accent: "#0b57d0" };
    expect(brandStyle(branding, false)).toMatchObject({
      "--accent-text": "oklch(from #0b57d0 min(l, 0.48) c h)",
      "--accent-soft": "color-mix(in oklch, #0b57d0 8%, var(--surface))",
    });
    expect(brandStyle(branding, true)).toMatchObject({
      "--accent-text": "oklch(from #0b57d0 max(l, 0.77) c h)",
    });
  });

  it("leave cadre's own where there are none, or none that a page could use", () => {
    expect(brandStyle({}, false)).toEqual({});
    expect(brandStyle({ accent: "red;background:url(//evil.example)" }, false)).toEqual({});
  });
});
