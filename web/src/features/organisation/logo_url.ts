import { apiUrl } from "@/api/client";
import type { Branding } from "./queries";

/** Where the logo is; its address changes with the picture. */
export function logoUrl({ logo }: Pick<Branding, "logo">): string | null {
  return logo ? apiUrl("/org/logo", { v: logo.replace("sha256:", "").slice(0, 12) }) : null;
}
