"""What can be wrong with a catalog, or with what is asked of it."""

from cadre.kernel.errors import Invalid, NotFound


class BrokenCatalog(Invalid):
    """A file of the catalog can't be read; the sentence names file, entry and field."""

    code = "catalog_broken"
    title = "The catalog of models can't be read"


class HiddenModel(NotFound):
    """The org has hidden this model from everybody in it."""

    code = "model_hidden"
    title = "This model is hidden"


class NoOwnCard(NotFound):
    """The org has changed nothing about this model, so there is nothing to forget."""

    code = "no_own_card"
    title = "No card of one's own"
