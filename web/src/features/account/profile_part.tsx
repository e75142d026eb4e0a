import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Section } from "@/features/settings/section";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { EmailField } from "./email_field";
import { PictureField } from "./picture_field";
import { PreferenceFields } from "./preference_fields";
import { accountQuery, type Profile, useChangeAccount } from "./queries";

export default function ProfilePart() {
  const { data, error } = useQuery(accountQuery);
  if (error && !data)
    return <ErrorNote title="The profile could not be read" error={error} className="m-4" />;
  if (!data) return <Spinner label="Reading the profile" />;
  return (
    <>
      <Section title="You" hint="What others in the organisation see of you.">
        <div className="flex max-w-120 flex-col gap-5">
          <PictureField name={data.name} />
          <NameField profile={data} />
        </div>
      </Section>
      <Section title="E-mail address" hint="You sign in with it, and letters go there.">
        <EmailField email={data.email} />
      </Section>
      <Section
        title="How the page looks to you"
        hint="Kept with the account: it is the same in every browser."
      >
        <PreferenceFields profile={data} />
      </Section>
    </>
  );
}

function NameField({ profile }: { profile: Profile }) {
  const [name, setName] = useState(profile.name);
  const change = useChangeAccount();
  const isNew = name.trim() !== "" && name.trim() !== profile.name;
  const rest = faultOfAll(change.error, ["name"]);
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (isNew) change.mutate({ name: name.trim() }, { onSuccess: () => toast("Saved.") });
      }}
    >
      <Field label="Name" className="min-w-48 grow" error={faultOf(change.error, "name")}>
        {(ids) => (
          <Input
            {...ids}
            value={name}
            autoComplete="name"
            maxLength={100}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Button type="submit" disabled={!isNew} isBusy={change.isPending}>
        Save
      </Button>
      {rest && <ErrorNote title="Not saved" error={rest} className="w-full" />}
    </form>
  );
}
