/** What a test of a provider found, as the steps that a sign-in takes. */
import { count } from "@/lib/format";
import type { IdentityProvider, ProviderCheck } from "./queries";

export interface Step {
  name: string;
  state: "works" | "fails" | "unknown";
  text: string;
}

type Tested = Pick<IdentityProvider, "kind" | "has_client_secret">;

export function stepsOf(check: ProviderCheck, provider: Tested): Step[] {
  const { kind, has_client_secret } = provider;
  const isWithout = !has_client_secret;
  const secret: Step =
    kind === "github" && isWithout
      ? step("Client secret", "fails", "There is none: edit the provider and enter it.")
      : step("Client secret", "works", isWithout ? "None, as for a public client." : "Is stored.");
  return [secret, ...(kind === "github" ? [gitHub(check)] : oidc(check))];
}

function gitHub({ problems }: ProviderCheck): Step {
  const why = problems.filter((each) => !each.includes("client secret"));
  return why.length === 0
    ? step("GitHub", "works", "Answers.")
    : step("GitHub", "fails", why.join(" "));
}

function oidc({ problems, authorization_endpoint, keys, algorithms }: ProviderCheck): Step[] {
  if (authorization_endpoint === null) {
    const later = "Not looked at: its configuration and its keys have to be read first.";
    return [
      step("Configuration and keys", "fails", problems.join(" ")),
      step("Signatures", "unknown", later),
    ];
  }
  const unsigned = problems.find((each) => each.includes("algorithm"));
  const signed =
    algorithms.length > 0
      ? `With ${algorithms.join(", ")}.`
      : "It does not say with what; the first sign-in will.";
  return [
    step("Configuration", "works", `People are sent to ${authorization_endpoint}`),
    keys > 0
      ? step("Keys", "works", `It lists ${count(keys, "key")}.`)
      : step("Keys", "fails", "It lists none."),
    unsigned ? step("Signatures", "fails", unsigned) : step("Signatures", "works", signed),
  ];
}

function step(name: string, state: Step["state"], text: string): Step {
  return { name, state, text };
}
