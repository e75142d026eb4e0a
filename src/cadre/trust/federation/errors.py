"""Why somebody is not let in, or a provider is not taken. A sign-in tells its `code` to the page."""

from typing import ClassVar

from cadre.kernel.errors import CadreError, Conflict, Denied, Invalid, NotFound, Unavailable


class ProviderNotFound(NotFound):
    """No such provider in this org, or it is switched off."""

    code = "identity_provider_not_found"
    sentence: ClassVar[str] = (
        "There is no such way to sign in any more. Choose another on this page."
    )

    def __init__(self) -> None:
        super().__init__("There is no such provider. See `GET /api/v1/identity-providers`.")


class ProviderThere(Conflict):
    """The name belongs to another provider."""

    code = "identity_provider_there"


class ProviderRefused(Invalid):
    """What was said of a provider can't work."""

    code = "identity_provider_refused"


class ProviderBroken(Unavailable):
    """The provider does not answer, or not as the standard says."""

    code = "identity_provider_broken"
    sentence: ClassVar[str] = (
        "The identity provider did not answer as it should. Try again; if it stays so, tell "
        "whoever manages your organisation."
    )


class SignInRefused(Denied):
    """A sign-in by a provider that can't be finished. `sentence` is for the person.

    `detail` is for the audit and may name what the provider said; the page shows the sentence alone.
    """

    code = "federated_sign_in_refused"
    sentence: ClassVar[str] = "This sign-in was refused. Begin again."

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.sentence)


class SignInUnknown(SignInRefused):
    code = "federated_sign_in_unknown"
    sentence = (
        "This sign-in was begun in another browser, was used already or took too long. Begin again."
    )


class SignInCancelled(SignInRefused):
    code = "federated_sign_in_cancelled"
    sentence = "The identity provider did not let you in. Begin again, or choose another way."


class TokenRefused(SignInRefused):
    code = "federated_token_refused"
    sentence = (
        "What the identity provider said can't be trusted. Begin again; if it stays so, tell "
        "whoever manages your organisation."
    )


class EmailUnverified(SignInRefused):
    code = "federated_email_unverified"
    sentence = (
        "Your identity provider does not say that your e-mail address is verified. Verify it "
        "there, then begin again."
    )


class DomainForeign(SignInRefused):
    code = "federated_domain_foreign"
    sentence = (
        "Addresses of your domain are not let in here by this provider. Use the account of your "
        "organisation, or ask whoever manages it."
    )


class NobodyKnown(SignInRefused):
    code = "federated_nobody_known"
    sentence = "You have no account here yet. Ask whoever manages your organisation to invite you."


class AccountClosed(SignInRefused):
    code = "federated_account_closed"
    sentence = "Your account is suspended. Ask whoever manages your organisation."


class OtherSubject(SignInRefused):
    code = "federated_other_subject"
    sentence = (
        "Your account here belongs to another person at this provider. Ask whoever manages your "
        "organisation."
    )


class OrgFull(SignInRefused):
    code = "federated_org_full"
    sentence = "Your organisation has as many members as it may have. Ask whoever manages it."


class OnlyThisWay(Denied):
    """The person comes in by a provider only."""

    code = "only_by_provider"


_TOLD: tuple[type[SignInRefused] | type[ProviderBroken] | type[ProviderNotFound], ...] = (
    SignInRefused,
    *SignInRefused.__subclasses__(),
    ProviderBroken,
    ProviderNotFound,
)
_SENTENCES = {each.code: each.sentence for each in _TOLD}


def sentence_of(code: str) -> str:
    """What the sign-in page shows for `code`: never text that came with an address."""
    return _SENTENCES.get(code, SignInRefused.sentence)


def code_of(error: CadreError) -> str:
    """The code that the page is sent back with."""
    return error.code if error.code in _SENTENCES else SignInRefused.code
