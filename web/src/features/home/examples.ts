import { ChartColumn, FileSearch, type LucideIcon, Table } from "lucide-react";

export interface Example {
  icon: LucideIcon;
  title: string;
  /** What is asked, word for word. */
  text: string;
  /** Below /examples/ of this server. */
  files: string[];
}

/** Three things that the built-in operator does without any key, on the data that cadre ships. */
export const EXAMPLES: Example[] = [
  {
    icon: ChartColumn,
    title: "Draw a chart from a spreadsheet",
    text: "total revenue by region in orders.csv as a bar chart",
    files: ["sales/orders.csv"],
  },
  {
    icon: Table,
    title: "Ask across two files",
    text: "revenue by customer segment",
    files: ["sales/orders.csv", "sales/customers.csv"],
  },
  {
    icon: FileSearch,
    title: "Find what went wrong in a log",
    text: 'find "database connection lost" in app.log',
    files: ["logs/app.log"],
  },
];

/** The example's files, read from this server. */
export async function loadExample({ files }: Example): Promise<File[]> {
  return Promise.all(
    files.map(async (path) => {
      const response = await fetch(`/examples/${path}`);
      if (!response.ok)
        throw new Error(`The example file ${path} is not in this console: build it again.`);
      return new File([await response.blob()], path.slice(path.lastIndexOf("/") + 1));
    }),
  );
}
