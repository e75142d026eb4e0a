// Before the first paint, so that a dark page never flashes light.
(() => {
  let choice = "system";
  try {
    choice = localStorage.getItem("cadre.theme") || "system";
  } catch {}
  const isDark =
    choice === "dark" ||
    (choice === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
})();
