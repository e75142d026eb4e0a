/** The console in the organisation's own colours. What is saved is seen at once. */
import { useState } from "react";
import { Section } from "@/features/settings/section";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { AccentField } from "./accent_field";
import { contrast, DARK, isColour, LEAST, LIGHT } from "./contrast";
import { LogoField } from "./logo_field";
import { type Organisation, useChangeOrg } from "./queries";

interface Draft {
  product: string;
  accent: string;
  accentDark: string;
}

export function LookPart({ org }: { org: Organisation }) {
  const stored = draftOf(org);
  const [draft, setDraft] = useState(stored);
  const change = useChangeOrg();
  const isNew = JSON.stringify(draft) !== JSON.stringify(stored);
  const isRight = isReadable(draft.accent, LIGHT) && isReadable(draft.accentDark, DARK);
  const rest = faultOfAll(change.error, ["branding.product_name"]);
  const save = (wanted: Draft, before: Draft) =>
    change.mutate(
      { branding: brandingOf(wanted) },
      {
        onSuccess: () =>
          toast("Saved: everybody sees it now.", {
            onUndo: () => {
              setDraft(before);
              change.mutate({ branding: brandingOf(before) });
            },
          }),
      },
    );
  return (
    <Section title="Look" hint="The console and the page that asks people to sign in.">
      <div className="flex max-w-150 flex-col gap-5">
        <LogoField branding={org.branding} />
        <form
          aria-label="Look"
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (isNew && isRight) save(draft, stored);
          }}
        >
          <Field
            label="Name of the product"
            className="max-w-80"
            error={faultOf(change.error, "branding.product_name")}
          >
            {(ids) => (
              <Input
                {...ids}
                value={draft.product}
                placeholder="cadre"
                maxLength={60}
                onChange={({ target }) => setDraft({ ...draft, product: target.value })}
              />
            )}
          </Field>
          <div className="grid gap-4 md:grid-cols-2">
            <AccentField
              label="Accent, light"
              ground={LIGHT}
              value={draft.accent}
              onChange={(accent) => setDraft({ ...draft, accent })}
            />
            <AccentField
              label="Accent, dark"
              ground={DARK}
              value={draft.accentDark}
              onChange={(accentDark) => setDraft({ ...draft, accentDark })}
            />
          </div>
          {rest && <ErrorNote title="Not saved" error={rest} />}
          <div className="flex gap-2">
            <Button
              type="submit"
              tone="primary"
              disabled={!isNew || !isRight}
              isBusy={change.isPending}
            >
              Save the look
            </Button>
            {isNew && (
              <Button tone="quiet" onClick={() => setDraft(stored)}>
                As it was
              </Button>
            )}
          </div>
        </form>
      </div>
    </Section>
  );
}

function draftOf({ branding }: Organisation): Draft {
  return {
    product: branding.product_name ?? "",
    accent: branding.accent ?? "",
    accentDark: branding.accent_dark ?? "",
  };
}

function brandingOf({ product, accent, accentDark }: Draft) {
  return {
    product_name: product.trim() || null,
    accent: accent || null,
    accent_dark: accentDark || null,
  };
}

function isReadable(colour: string, ground: string): boolean {
  return colour === "" || (isColour(colour) && contrast(colour, ground) >= LEAST);
}
