/** Passkeys: what the browser and the server have to say to each other. */
import { api, Problem } from "@/api/client";
import type { components } from "@/api/schema";

type Ceremony = components["schemas"]["CeremonyStart"];

export interface PasskeyAnswer {
  ceremony: string;
  credential: Record<string, unknown>;
}

/** Whoever closes the browser's dialog has not failed: nothing needs to be said. */
export class PasskeyLeft extends Error {}

/** Only over https or on this machine, and with a browser that speaks the server's words. */
export function hasPasskeys(): boolean {
  return (
    typeof PublicKeyCredential !== "undefined" &&
    "parseRequestOptionsFromJSON" in PublicKeyCredential
  );
}

/** Sign the server's challenge with a passkey of this device. `path`: where the ceremony begins. */
export async function showPasskey(path: string, body: unknown = {}): Promise<PasskeyAnswer> {
  const { ceremony, options } = await api.post<Ceremony>(path, body);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  return { ceremony, credential: await answered(navigator.credentials.get({ publicKey })) };
}

export async function makePasskey(path: string): Promise<PasskeyAnswer> {
  const { ceremony, options } = await api.post<Ceremony>(path);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  return { ceremony, credential: await answered(navigator.credentials.create({ publicKey })) };
}

async function answered(asked: Promise<Credential | null>): Promise<Record<string, unknown>> {
  const credential = await asked.catch((error: unknown) => {
    throw explained(error);
  });
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyLeft();
  return credential.toJSON() as Record<string, unknown>;
}

function explained(error: unknown): Error {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError") return new PasskeyLeft();
  if (name === "InvalidStateError")
    return new Problem(0, "passkey_there", "This device has a passkey for this account already.");
  return new Problem(0, "passkey_failed", "The browser could not use a passkey here.");
}
