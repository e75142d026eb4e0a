"""Keys are tested in the same org as access."""

from tests.trust.access.conftest import org

__all__ = ["org"]
