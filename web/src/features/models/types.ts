/** Shapes of the room, from the server's description. Money is text in USD, times are Unix seconds. */
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

/** What has a default is always in an answer, though the description calls it optional. */
type Answered<Shape> = { [Name in keyof Shape]-?: Exclude<Shape[Name], undefined> };

export type Tier = Answered<Schemas["Tier-Output"]>;
export type Price = Omit<Answered<Schemas["Price-Output"]>, "tiers"> & { tiers: Tier[] };
export type Card = Omit<Answered<Schemas["ModelCard"]>, "price"> & { price: Price | null };
export type CatalogItem = Omit<Schemas["CatalogItem"], "card"> & { card: Card };
export type Capability = Card["capabilities"][number];
export type Kind = Card["kind"];
export type CardStatus = Card["status"];
export type CardInput = Partial<Omit<Card, "provider" | "id" | "source" | "price">> & {
  price?: Partial<Price> | null;
};

export type Matrix = Schemas["Matrix"];
export type PriceCheck = Schemas["PriceCheck"];
export type PriceDifference = Schemas["PriceDifference"];
export type CacheReport = Schemas["CacheReport"];

export type Standing = Schemas["HealthNow"]["state"];
export type HealthNow = Schemas["HealthNow"];
export type HealthBucket = Schemas["HealthBucket"];
export type Measures = Omit<HealthBucket, "at" | "state">;
export type TargetHealth = Schemas["TargetHealth"];
export type ProviderHealth = Schemas["ProviderHealth"];
export type HealthReport = Schemas["HealthPage"];
export type HealthHistory = Schemas["HealthHistory"];
export type LastFailure = Schemas["LastFailure"];
export type ProbeResult = Schemas["ProbeResult"];

export type RouteInfo = Answered<Schemas["RouteInfo"]>;
export type RouteDetail = Answered<Schemas["RouteDetail"]>;
export type RouteVersion = Answered<Schemas["RouteVersion"]>;
export type CheckedRoute = Schemas["CheckedRoute"];
export type Considered = Answered<Schemas["Considered"]>;
export type Explained = Omit<Schemas["Explained"], "considered"> & { considered: Considered[] };
export type AskInput = Partial<Schemas["AskInput"]>;
export type DryRun = Schemas["DryRun"];
export type DryRunItem = Schemas["DryRunItem"];
export type Recommendation = Schemas["Recommendation"];
