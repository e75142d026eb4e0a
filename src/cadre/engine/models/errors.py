"""How a call to a model fails, in kinds that every door can say."""

from cadre.kernel.errors import Conflict, Denied, Invalid, LimitReached, NotFound, Unavailable


class ModelAuthFailed(Denied):
    """The provider refuses the key."""

    code = "model_auth_failed"
    title = "The model provider refuses the key"


class ModelLimited(LimitReached):
    """The provider's limit of rate or money; `retry_after_seconds` is what it asked for."""

    code = "model_limited"
    title = "The model provider's limit is reached"

    def __init__(self, detail: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class ModelOutOfCredit(ModelLimited):
    """The account at the provider has no money left; waiting does not help."""

    code = "model_out_of_credit"
    title = "No credit left at the model provider"


class ContextTooLong(Invalid):
    """The messages do not fit into the model's window."""

    code = "context_too_long"
    title = "Too long for this model"


class ModelRefused(Invalid):
    """The provider does not accept the request; sending it again changes nothing."""

    code = "model_refused"
    title = "The model provider does not accept the request"


class FeatureMissing(ModelRefused):
    """The model can't do a thing that the request asks for by name."""

    code = "model_feature_missing"
    title = "The model can't do that"


class ModelUnavailable(Unavailable):
    """The provider does not answer, or breaks off."""

    code = "model_unavailable"
    title = "The model does not answer"

    def __init__(self, detail: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class ModelReplyBroken(Unavailable):
    """What came back is not the protocol that the provider is said to speak."""

    code = "model_reply_broken"
    title = "The model's answer can't be read"


class UnknownModel(NotFound):
    """No provider of this org has a model of that name."""

    code = "unknown_model"
    title = "No such model"


class UnknownProvider(NotFound):
    """The org has no provider of that name."""

    code = "unknown_provider"
    title = "No such model provider"


class ProviderFromEnvironment(Conflict):
    """The provider is set by the environment and can't be changed here."""

    code = "provider_from_environment"
    title = "Set by the environment"
