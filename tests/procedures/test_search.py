"""Finding procedures the way people ask: floors over lists of questions, and every rule by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from procedures import search
from procedures.loading.folder import read_folder
from procedures.loading.store import store
from procedures.models import Procedure
from procedures.search.words import likeness, untyped, word, words
from tests.procedures.catalogues import SHIPPED

QUERIES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data" / "queries.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shipped(django_db_setup: Any, django_db_blocker: Any) -> Any:
    """The shipped catalogue, loaded once for this module and taken away after it."""
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic():
            store(read_folder(SHIPPED))
            yield
            transaction.set_rollback(True)


@pytest.fixture
def catalogue(db: Any, shipped: Any) -> None:
    return None


def codes(query: str, limit: int = 3) -> list[str]:
    return [match.code for match in search.matches(query, limit)]


def hits(questions: list[dict[str, Any]], places: int) -> int:
    return sum(bool(set(codes(q["q"], places)) & set(q["codes"])) for q in questions)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "questions", "least"),
    [
        ("tuned", QUERIES["queries"][0::2], 92),
        ("held out", QUERIES["queries"][1::2], 90),
        ("later", QUERIES["later"], 72),
        ("harder", QUERIES["harder"], 92),
        ("fresh", QUERIES["fresh"], 67),
    ],
)
def test_the_right_procedure_is_among_the_first_three(
    catalogue: None, name: str, questions: list[dict[str, Any]], least: int
) -> None:
    missed = [q["q"] for q in questions if not set(codes(q["q"])) & set(q["codes"])]
    assert len(questions) - len(missed) >= least, missed


@pytest.mark.django_db
def test_it_is_mostly_the_very_first(catalogue: None) -> None:
    assert hits(QUERIES["queries"] + QUERIES["later"], 1) >= 240


@pytest.mark.django_db
@pytest.mark.parametrize("nonsense", QUERIES["nothing"])
def test_nonsense_finds_nothing(catalogue: None, nonsense: str) -> None:
    assert codes(nonsense) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "same_as"),
    [
        ("dang ky khai tu", "đăng ký khai tử"),
        ("ĐĂNG KÝ KHAI TỬ", "đăng ký khai tử"),
        ("đăng kí khai tử", "đăng ký khai tử"),
        ("  đăng   ký  khai tử ", "đăng ký khai tử"),
        ("đăng ký khai tử".encode().decode(), "đăng ký khai tử"),
        ("hoà giải tranh chấp đất đai", "hòa giải tranh chấp đất đai"),
        ("thuỷ sản", "thủy sản"),
        ("khaitu", "khai tử"),
    ],
)
def test_spelling_does_not_matter(catalogue: None, typed: str, same_as: str) -> None:
    assert codes(typed)
    assert codes(typed)[0] == codes(same_as)[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("khai sinhh", "1.001193"),  # a key held too long
        ("ddawng kys keets hoon", "1.000894"),  # Telex left off
        ("ho6 ngheo2", "1.011607"),  # VNI left off
        ("karoake", "1.000903"),  # two letters swapped
        ("khuyet ta", "1.001699"),  # the last word not finished
        ("photocop", "2.001931"),
    ],
)
def test_slips_are_forgiven(catalogue: None, typed: str, first: str) -> None:
    assert codes(typed)[0] == first


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1.001193", ["1.001193"]),
        ("mã 1.001193", ["1.001193"]),
        ("1001193", ["1.001193"]),
        ("1.009994", ["1.013225"]),  # its former code
        ("1.001029", ["1.000903"]),  # the same at the province
        ("001193", ["1.001193"]),
        ("1.0008", ["1.000831", "1.000894"]),
        ("7.777777", []),
    ],
)
def test_codes(catalogue: None, typed: str, found: list[str]) -> None:
    assert codes(typed, 10) == found


@pytest.mark.django_db
def test_another_code_is_named_as_the_reason(catalogue: None) -> None:
    assert [m.why for m in search.matches("1.009994")] == ["Mã khác: 1.009994"]
    assert search.matches("báo tử")[0].why == "báo tử"
    assert search.matches("đăng ký khai tử")[0].why == ""


@pytest.mark.django_db
def test_typed_marks_tell_words_apart(catalogue: None) -> None:
    assert codes("chết")[0] == "1.000656"
    assert codes("chế biến")[0] == "2.001827"
    assert codes("mật ong") == []
    assert "1.000656" in codes("bố mất")
    assert "1.000656" in codes("bo mat")


@pytest.mark.django_db
def test_find_gives_rows_of_the_set_asked_for(catalogue: None) -> None:
    ward = Procedure.objects.filter(tier="ward")
    hits = search.find("khai sinh", ward, limit=3)
    assert [h.procedure.tier for h in hits] == ["ward"] * 3
    assert hits[0].procedure.code == "1.001193"
    assert hits[0].score > hits[1].score > hits[2].score
    assert search.find("khai sinh", Procedure.objects.none()) == []
    assert search.find("bánh mì") == []


@pytest.mark.django_db
def test_one_query_once_the_index_is_made(catalogue: None, django_assert_num_queries: Any) -> None:
    search.matches("khai sinh")
    with django_assert_num_queries(1):
        search.matches("một câu hỏi khác về khai sinh")
    with django_assert_num_queries(2):
        search.find("khai sinh")


@pytest.mark.django_db
def test_suggestions(catalogue: None) -> None:
    assert search.suggest("khai sinhh")[:2] == ["khai sinh", "Đăng ký khai sinh"]
    assert search.suggest("asdfgh") == []
    assert search.suggest("   ") == []
    assert len(search.suggest("giấy phép", limit=2)) == 2


@pytest.mark.django_db
def test_whatever_is_typed_is_answered(catalogue: None) -> None:
    @given(st.text(max_size=300))
    def ask(text: str) -> None:
        assert all(m.score > 0 for m in search.matches(text))
        assert all(s.strip() for s in search.suggest(text))

    ask()


@given(st.text(max_size=30))
def test_plain_words_are_stable(text: str) -> None:
    plains = [w.plain for w in words(text)]
    assert [word(plain).plain for plain in plains] == plains


@pytest.mark.parametrize(
    ("typed", "written", "how"),
    [("kết", "kết", 1.0), ("kêt", "kết", 0.85), ("ket", "kết", 0.7), ("kệt", "kết", 0.45), ("hoà", "hòa", 1.0)],
)
def test_likeness_of_marks(typed: str, written: str, how: float) -> None:
    assert likeness(word(typed).marked, word(written).marked) == how


@pytest.mark.parametrize(("typed", "meant"), [("giaays", "giay"), ("sinhh", "sinh"), ("ho6", "ho"), ("kys", "ki")])
def test_untyped(typed: str, meant: str) -> None:
    assert meant in set(untyped(word(typed).plain))
