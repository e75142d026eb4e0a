import { describe, expect, it } from "vitest";
import type { FileRef } from "@/api/types";
import { answerUrl, fileUrl, isSamePath } from "@/features/chat/files";
import { sortFiles } from "@/features/chat/pictures";

const file = (path: string, media_type: string, title: string | null = null): FileRef => ({
  path,
  media_type,
  size: 1,
  blob: null,
  title,
});

describe("sortFiles", () => {
  it("makes one picture of a chart in several formats and looks at the sharpest", () => {
    const files = [
      file("out/chart.png", "image/png"),
      file("out/chart.svg", "image/svg+xml", "Revenue"),
      file("out/chart.vl.json", "application/json"),
      file("report.md", "text/markdown"),
    ];
    const { pictures, others } = sortFiles(files);
    expect(pictures).toMatchObject([
      { name: "chart", title: "Revenue", shown: { path: "out/chart.svg" } },
    ]);
    expect(pictures[0]?.formats).toHaveLength(2);
    expect(others.map(({ path }) => path)).toEqual(["report.md"]);
  });
});

describe("answerUrl", () => {
  const place = "/runs/r1";

  it("leads relative addresses to the run's files", () => {
    expect(answerUrl(place, "./my%20chart.svg")).toBe(
      "/api/v1/runs/r1/files/my%20chart.svg?inline=1",
    );
  });

  it("keeps the web and refuses what could act", () => {
    expect(answerUrl(place, "https://example.org/a")).toBe("https://example.org/a");
    for (const url of [
      "javascript:alert(1)",
      "data:text/html,x",
      "//evil.example",
      "/settings",
      "vbscript:x",
    ]) {
      expect(answerUrl(place, url)).toBeNull();
    }
  });

  it("tells versions of one path apart", () => {
    expect(fileUrl(place, { path: "a/b c.csv", blob: "sha256:0123456789abcdef" })).toBe(
      "/api/v1/runs/r1/files/a/b%20c.csv?v=0123456789ab",
    );
    expect(isSamePath("a b.svg", "./a%20b.svg")).toBe(true);
  });
});
