"""Registered files that are here are read by the reader that the registry names.

Of a format with many files some are read whole, and of the chains every head.
"""

import gzip
from functools import cache
from pathlib import Path

import pytest

from rmot.market import (
    read_chain,
    read_history,
    read_last_prices,
    read_realised_variance,
    read_vix_futures,
)
from rmot.market.chain import _HEAD_CHARACTERS
from rmot.market.readers import readers
from rmot.market.registry import datasets, locate

CHAINS = {reader.name for reader in readers()} - {"last_prices"}
HISTORIES = {"adjusted_closes", "index_history", "bars"}
LARGEST_SAMPLE = 6
OTHERS = {"last_prices", "realised_variance", "vix_futures"}


@cache
def vix_futures(folder):
    return read_vix_futures(folder)


def rows_read(dataset, path: Path):
    """Read a file by the named reader, and return how many rows there are of what."""
    if dataset.reader in CHAINS:
        chain = read_chain(path)
        assert chain.source.id == dataset.id
        assert chain.underlying != "unknown"
        return len(chain.quotes)
    if dataset.reader in HISTORIES:
        history = read_history(path)
        assert (history.format, history.source.id) == (dataset.reader, dataset.id)
        return len(history.table)
    if dataset.reader == "vix_futures":
        return len(vix_futures(path.parent).table)
    read = {"last_prices": read_last_prices, "realised_variance": read_realised_variance}
    found = read[dataset.reader](path)
    assert found.source.id == dataset.id
    return len(found.table)


def test_the_registry_names_a_reader_for_every_file_or_says_why_not():
    for dataset in datasets().values():
        known = dataset.reader in CHAINS | HISTORIES | OTHERS
        assert known or dataset.reader.startswith("none: "), dataset.id
        assert known == (not dataset.path.endswith((".rda", "LICENSE"))), dataset.id


@pytest.mark.parametrize("reader", sorted(CHAINS | HISTORIES | OTHERS))
def test_registered_files_are_read_by_the_reader_that_the_registry_names(reader):
    chosen = [each for each in datasets().values() if each.reader == reader]
    assert chosen
    here = [(each, path) for each in chosen if (path := locate(each.id)) is not None]
    if not here:
        pytest.skip("the real data are absent: no data root, or not in it")
    for dataset, path in here[:: -(-len(here) // LARGEST_SAMPLE)]:
        assert rows_read(dataset, path) > 50, dataset.id


def test_every_registered_chain_has_the_head_of_its_reader_alone():
    chosen = [each for each in datasets().values() if each.reader in CHAINS | {"last_prices"}]
    here = [(each, path) for each in chosen if (path := locate(each.id)) is not None]
    if not here:
        pytest.skip("the real data are absent: no data root, or not in it")
    for dataset, path in here:
        with gzip.open(path, "rt", encoding="utf-8-sig") as handle:
            head = handle.read(_HEAD_CHARACTERS)
        assert [each.name for each in readers() if each.recognises(head)] == [dataset.reader]
