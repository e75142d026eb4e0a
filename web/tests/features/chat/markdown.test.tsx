import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Markdown } from "@/features/chat/markdown";

const show = (text: string) => render(<Markdown text={text} place="/runs/r1" />);

describe("Markdown", () => {
  it("shows a picture of the run, with its buttons where all its formats are known", () => {
    const file = {
      path: "chart.svg",
      media_type: "image/svg+xml",
      size: 1,
      title: "Chart",
      blob: null,
    };
    const picture = { name: "chart", title: "Revenue", shown: file, formats: [file] };
    render(<Markdown text="![alt](chart.svg)" place="/runs/r1" pictures={[picture]} />);
    expect(screen.getByRole("img", { name: "Revenue" }).getAttribute("src")).toBe(
      "/api/v1/runs/r1/files/chart.svg?inline=1",
    );
    expect(screen.getByRole("link", { name: "SVG" }).getAttribute("download")).toBe("chart.svg");
  });

  it("does not load pictures from elsewhere: their address would tell who reads", () => {
    show("![a cat](https://tracker.example/cat.png)");
    expect(screen.queryByRole("img")).toBeNull();
    expect(screen.getByRole("link", { name: "a cat" }).getAttribute("href")).toBe(
      "https://tracker.example/cat.png",
    );
  });

  it("makes no link of an address that acts, and no element of HTML", () => {
    const { container } = show("[click](javascript:alert(1)) <img src=x onerror=alert(1)>");
    expect(screen.queryByRole("link")).toBeNull();
    expect(container.querySelector("img")).toBeNull();
  });

  it("opens links in a new tab that knows nothing of this one", () => {
    show("[docs](https://example.org)");
    expect(screen.getByRole("link").getAttribute("rel")).toContain("noopener");
  });

  it("draws tables with aligned columns and code with its language", () => {
    const { container } = show("| a | b |\n| --- | ---: |\n| x | 1 |\n\n```sql\nselect 1\n```");
    expect(screen.getByRole("columnheader", { name: "b" }).dataset["align"]).toBe("right");
    expect(container.querySelector("figcaption")?.textContent).toBe("sql");
    expect(container.querySelector("pre")?.textContent).toContain("select 1");
  });
});
