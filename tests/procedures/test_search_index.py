"""The index in the process follows the catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from procedures import search
from procedures.loading.folder import read_folder
from procedures.loading.store import store
from procedures.models import CatalogueVersion, Procedure
from tests.procedures.catalogues import files, write


def codes(query: str) -> list[str]:
    return [match.code for match in search.matches(query)]


@pytest.mark.django_db
def test_the_index_follows_the_catalogue(tmp_path: Path) -> None:
    folder = write(tmp_path, files())
    store(read_folder(folder))
    assert codes("khai sinh") == ["9.000001"]
    Procedure.objects.update(status=Procedure.Status.CLOSED)
    CatalogueVersion.bump()
    assert codes("khai sinh") == []
    assert codes("9.000001") == ["9.000001"]  # an old code still leads to its page


@pytest.mark.django_db
def test_an_empty_catalogue_has_no_answers() -> None:
    assert (codes("khai sinh"), codes("1.001193"), search.suggest("khai sinh")) == ([], [], [])
