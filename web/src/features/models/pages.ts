/** The room's pages, loaded as one: they share most of what they are made of. */
export { CapabilitiesPage } from "./capabilities_page";
export { CatalogPage } from "./catalog_page";
export { HealthPage } from "./health_page";
export { ModelPage } from "./model_page";
export { ModelsPage } from "./models_page";
export { PricesPage } from "./prices_page";
export { RecommendPage } from "./recommend_page";
export { RoutePage } from "./route_page";
export { RoutesPage } from "./routes_page";
