import "./fonts.css";
import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { onPageKey } from "@/lib/shortcuts";
import { startTheme } from "@/lib/theme";
import { newQueryClient } from "./queries";
import { newRouter } from "./router";

/** The page stands without them. */
const Layers = lazy(() => import("@/ui/layers"));

const queries = newQueryClient();
const router = newRouter(queries);

startTheme();
document.addEventListener("keydown", onPageKey);

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
// What index.html shows stays until the page is ready: no blank moment between.
await router.load();
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Suspense>
        <Layers />
      </Suspense>
    </QueryClientProvider>
  </StrictMode>,
);
void import("./more_fonts");
