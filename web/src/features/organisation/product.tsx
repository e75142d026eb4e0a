/** What the console is called here, in its colours. cadre's own where the organisation says nothing. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { brandStyle, productName } from "@/features/signin/brand";
import { useIsDark } from "@/lib/theme";
import { Mark } from "@/ui/mark";
import { logoUrl } from "./logo_url";
import { type Branding, brandingQuery } from "./queries";

const NONE: Branding = {};

export default function Product() {
  const branding = useQuery(brandingQuery).data ?? NONE;
  const isDark = useIsDark();
  const name = productName(branding);
  const logo = logoUrl(branding);
  useEffect(() => {
    const root = document.documentElement.style;
    const wanted = Object.entries(brandStyle(branding, isDark)) as [string, string][];
    for (const [property, value] of wanted) root.setProperty(property, value);
    return () => {
      for (const [property] of wanted) root.removeProperty(property);
    };
  }, [branding, isDark]);
  useEffect(() => {
    document.title = name;
  }, [name]);
  if (logo) return <img src={logo} alt={name} className="h-6 max-w-28 object-contain" />;
  return (
    <>
      <Mark />
      <span className="max-w-32 shrink-0 truncate text-14 font-semibold tracking-[-0.01em]">
        {name}
      </span>
    </>
  );
}
