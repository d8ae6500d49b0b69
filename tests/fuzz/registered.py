"""All readers that are tried, by name."""

from tests.fuzz import artifact_readers, market_readers, neural_readers
from tests.fuzz.harness import Reader


def readers() -> dict[str, Reader]:
    """Return them in the order in which the soak run takes them."""
    modules = (market_readers, artifact_readers, neural_readers)
    return {reader.name: reader for module in modules for reader in module.READERS}
