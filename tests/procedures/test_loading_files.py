"""Reading YAML: bounded, complete in its complaints, without the surprises of YAML 1.1."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from procedures.loading import yamlfile
from procedures.loading.dump import yaml_text
from procedures.loading.folder import read_folder
from procedures.loading.problems import Problems
from tests.procedures.catalogues import files, write


def read(text: str) -> tuple[Any, list[str]]:
    problems = Problems("f.yaml")
    value = yamlfile.parse(text, problems)
    return value, [str(p) for p in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("code: 08", "08"),
        ("code: 010", "010"),
        ("code: 1.000890", "1.000890"),
        ("cutoff: 15:00", "15:00"),
        ("as_of: 2025-06-30", "2025-06-30"),
        ("at: 2025-06-30 08:00:00", "2025-06-30T08:00:00"),
        ("n: 0", 0),
        ("n: 12", 12),
        ("n: -3", -3),
        ("n: 0.1", 0.1),
        ("n: true", True),
        ("n: 'yes'", "yes"),
        ("n: ~", None),
        ("n:", None),
    ],
)
def test_values_mean_what_people_wrote(text: str, value: Any) -> None:
    found, problems = read(text)
    assert problems == []
    assert list(found.values()) == [value]
    assert [type(v) for v in found.values()] == [type(value)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "Dòng 3: khóa “a” viết hai lần. Hãy bỏ một."),
        ("x: {a: 1, a: 2}", "Dòng 1: khóa “a” viết hai lần. Hãy bỏ một."),
        ("a: [1\nb: 2", "Dòng 2, cột 2: YAML viết sai"),
        ("a: b: c", "Dòng 1, cột 5: YAML viết sai"),
        ("a: 1\n---\nb: 2", "Dòng 2, cột 1: YAML viết sai"),
        ("a: 1\n\tb: 2", "Dòng 2, cột 1: YAML viết sai, thụt dòng bằng phím Tab"),
        ("a: 1\nb: 'x", "YAML viết sai, dấu nháy mở mà không đóng"),
        ("a: *khong_co", "Dòng 1, cột 4: YAML viết sai, dấu * chỉ tới một tên chưa đặt"),
        ("a: !!python/object:os.system x", "Dòng 1, cột 4: YAML viết sai, không dùng được nhãn"),
        ("a:\n- !!int [1]", "Dòng 2, cột 3: YAML viết sai, giá trị không đọc được"),
        ("a: !!timestamp x", "Dòng 1, cột 4: YAML viết sai, giá trị không đọc được"),
        ("a: !!binary aGVsbG8=", "a: Kiểu giá trị này không dùng được."),
        ("a: !!set {b, c}", "a: Kiểu giá trị này không dùng được."),
        ("a: .nan", "a: Số này không dùng được."),
        ("a: .inf", "a: Số này không dùng được."),
        ("b: 1\na: 2025-02-30", "Dòng 2, cột 4: YAML viết sai, giá trị không đọc được"),
        ("1: x", "Dòng 1: khóa “1” không phải chữ."),
        ("a: 1\nno: x", "Dòng 2: khóa “no” không phải chữ."),
        ("? [a, b]\n: x", "YAML viết sai"),
        ('a: "x\\0y"', "a: Có ký tự không lưu được."),
        ("a: 1\nb: x\x07", "Dòng 2: YAML viết sai, có ký tự điều khiển"),
        ("\t", "YAML viết sai"),
    ],
)
def test_problems_of_a_file(text: str, problem: str) -> None:
    _value, problems = read(text)
    assert len(problems) == 1
    assert problem in problems[0]


def test_loose_accents_are_named_wherever_they_stand() -> None:
    loose = unicodedata.normalize("NFD", "Họ tên")
    _value, problems = read(f"form:\n  fields:\n  - label: ổn\n  - label: {loose}\n  {loose}: x")
    assert [p.split(": ")[1] for p in problems] == ["form.fields[1].label", "form"]


@pytest.mark.parametrize(
    "bomb",
    [
        "[" * 100_000,
        "{a: " * 5_000,
        "- " * 3_000 + "x",
        "a: &a [*a]",
        "a: &a {b: *a}",
        "\n".join(f"a{i}: &a{i} [" + ", ".join(f"*a{i - 1}" for _ in range(9) if i) + "]" for i in range(9)),
        "a: &a [1]\nb: [" + "*a, " * 1_000 + "]",
        "a0: &a0 {x: 1}\n" + "\n".join(f"a{i}: &a{i} {{k{i}: *a{i - 1}}}" for i in range(1, 150)),
    ],
    ids=["lists", "blocks", "dashes", "itself", "itself in a block", "laughs", "aliases", "chain"],
)
def test_bombs_are_refused_quickly(bomb: str) -> None:
    value, problems = read(bomb)
    assert value is None
    assert len(problems) == 1


def test_a_few_aliases_are_fine() -> None:
    value, problems = read("a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: *a")
    assert problems == []
    assert value == {"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": {"x": 1}}


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(
    lambda t: unicodedata.normalize("NFC", t)
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(texts, values, max_size=5))
def test_what_is_dumped_reads_back_the_same(value: dict[str, Any]) -> None:
    assert read(yaml_text(value)) == (value, []) if value else True


@given(st.text())
def test_no_text_makes_reading_fail(text: str) -> None:
    read(text)


# --- folders -------------------------------------------------------------------------------------


def problems_of(path: Path) -> list[str]:
    return [str(p).replace(str(path), "PATH") for p in read_folder(path).problems]


def test_a_folder_with_everything(tmp_path: Path) -> None:
    folder = read_folder(write(tmp_path, {**files(), "about.yaml": {"title": "Danh mục"}}))
    assert folder.problems == []
    assert [a["slug"] for a in folder.agencies + folder.departments] == ["thi-xa", "phuong", "phong"]
    assert list(folder.procedures) == ["procedures/9.000001-mau.yaml"]
    assert folder.rest["about.yaml"] == {"title": "Danh mục"}


def test_what_is_not_a_catalogue(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "x") == ["PATH: Không có thư mục này. Hãy kiểm tra đường dẫn."]
    assert "Không thấy tệp danh mục nào" in problems_of(tmp_path)[0]
    (tmp_path / "tep").write_text("x")
    assert "Đây là tệp" in problems_of(tmp_path / "tep")[0]
    (tmp_path / "procedures").mkdir()
    assert "không có tệp thủ tục nào" in problems_of(tmp_path)[0]


def test_every_broken_file_is_named(tmp_path: Path) -> None:
    content = files()
    del content["sectors.yaml"]
    content |= {"agencies.yaml": "a: [", "lists.yaml": "", "procedures/9.000002.yaml": "- x"}
    write(tmp_path, content)
    (tmp_path / "procedures" / "9.000003.yaml").write_bytes(b"name: \xff\n")
    (tmp_path / "procedures" / "9.000004.yaml").mkdir()
    (tmp_path / "procedures" / "9.000005.yaml").write_text("# x\n" * 600_000)
    (tmp_path / "procedures" / "9.000006.yaml").symlink_to("/dev/zero")
    (tmp_path / "procedures" / ".9.000007.yaml").write_text("ẩn: [")
    (tmp_path / "procedures" / "doc.txt").write_text("x")
    assert [p.partition(":")[0] for p in problems_of(tmp_path)] == [
        "agencies.yaml",
        "sectors.yaml",
        "lists.yaml",
        *(f"procedures/9.00000{n}.yaml" for n in (2, 3, 4, 5, 6)),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    write(tmp_path, files())
    (tmp_path / "sectors.yaml").chmod(0)
    assert problems_of(tmp_path) == ["sectors.yaml: Không đọc được tệp (Permission denied). Hãy kiểm tra quyền đọc."]


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    content = files()
    content["sectors.yaml"] = "\ufeff" + yaml.safe_dump(content["sectors.yaml"], allow_unicode=True)
    assert read_folder(write(tmp_path, content)).problems == []
