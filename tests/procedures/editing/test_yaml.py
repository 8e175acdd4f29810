"""A document as text: round trip, and a sentence with its line for every mistake."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures import editing
from procedures.loading.folder import read_folder
from tests import factories
from tests.procedures.catalogues import SHIPPED


def test_round_trip_of_the_shipped_catalogue() -> None:
    documents = read_folder(SHIPPED).procedures
    assert len(documents) == 70
    for content in documents.values():
        assert editing.from_yaml(editing.to_yaml(content)) == content


def test_the_text_is_that_of_the_files() -> None:
    text = editing.to_yaml(factories.document())
    assert text.startswith("code: '9.000001'\nslug: dang-ky-khai-sinh-mau\nname: Thủ tục đăng ký khai sinh\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("code: x\nname: a: b", "Dòng 2, cột 8: YAML viết sai, dấu hai chấm đặt sai chỗ"),
        ("form:\n  sections:\n  - key: a\n   title: b", "Dòng 4, cột 4: YAML viết sai, thụt dòng sai"),
        ("a: 1\n\tb: 2", "Dòng 2, cột 1: YAML viết sai, thụt dòng bằng phím Tab"),
        ("a: 1\na: 2", "Dòng 2: khóa “a” viết hai lần."),
        ("a: 1\nno: 2", "Dòng 2: khóa “no” không phải chữ."),
        (f"a:\n- b: ổn\n- b: {unicodedata.normalize('NFD', 'Họ')}", "Dòng 3: Chữ gõ bằng dấu rời"),
        ("a: 1\nb: .nan", "Dòng 2: Số này không dùng được."),
        ("- a\n- b", "Nội dung phải là một khối khóa: giá trị"),
        ("", "Nội dung phải là một khối khóa: giá trị"),
        ("a: " + "x" * 3_000_000, "Nội dung lớn hơn 2 MB."),
    ],
)
def test_mistakes(text: str, sentence: str) -> None:
    with pytest.raises(editing.YamlProblem) as raised:
        editing.from_yaml(text)
    assert len(raised.value.sentences) == 1
    assert raised.value.sentences[0].startswith(sentence)


@given(st.text())
def test_any_text_is_a_document_or_a_sentence(text: str) -> None:
    said: list[str] = []
    try:
        content = editing.from_yaml(text)
    except editing.YamlProblem as problem:
        said, content = problem.sentences, {}
    assert isinstance(content, dict)
    assert all(said)
