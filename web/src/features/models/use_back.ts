import { useNavigate, useSearch } from "@tanstack/react-router";

/** Back to the list of models, as it was filtered. */
export function useBack(): () => void {
  const search = useSearch({ from: "/shell/models/catalog" });
  const navigate = useNavigate();
  return () => void navigate({ to: "/models", search });
}
