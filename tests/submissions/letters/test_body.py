"""The marks of a template: what they mean, what is refused and where, and that any text at all can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.letters.body import HEADING, LIST, PARAGRAPH, Block, Body, Part, Repeat, Use, fill, read, write

WORDING = """# Ủy ban nhân dân xác nhận
Ông/bà **{{ name }}** là người ở đây.
Dòng thứ hai.

- một
- **hai** {{name}}
{{#children}}
- {{stt}}. {{child}}
{{/children}}"""


def plain(*words: str) -> tuple[tuple[Part, ...], ...]:
    return tuple((Part(w),) for w in words)


def test_marks_become_blocks() -> None:
    assert read(WORDING) == Body(
        (
            Block(HEADING, plain("Ủy ban nhân dân xác nhận")),
            Block(
                PARAGRAPH,
                (
                    (Part("Ông/bà "), Part("name", True, True), Part(" là người ở đây.")),
                    (Part("Dòng thứ hai."),),
                ),
            ),
            Block(LIST, ((Part("một"),), (Part("hai", True), Part(" "), Part("name", is_field=True)))),
            Repeat(
                "children",
                (Block(LIST, ((Part("stt", is_field=True), Part(". "), Part("child", is_field=True)),)),),
            ),
        ),
        (
            Use("name", 2),
            Use("name", 6),
            Use("children", 7, is_list=True),
            Use("stt", 8, "children"),
            Use("child", 8, "children"),
        ),
    )


def test_blocks_around_and_between_lists_keep_their_order() -> None:
    body = read("a\n{{#x}}\nb\n{{/x}}\nc\n{{#y}}\n- d\n{{/y}}\ne")
    assert [getattr(b, "name", "") or b.lines[0][0].text for b in body.blocks] == ["a", "x", "c", "y", "e"]
    assert body.problems == ()


def test_line_ends_and_blanks_of_any_kind_do_not_matter() -> None:
    assert read("\r\n  a\u00a0 b \r\n\t\r\n- c\r").blocks == read("a b\n\n- c").blocks


@pytest.mark.parametrize(
    ("wording", "line", "message"),
    [
        ("", 1, "Mẫu chưa có nội dung. Bạn hãy viết ít nhất một đoạn."),
        (" \n\n ", 1, "Mẫu chưa có nội dung. Bạn hãy viết ít nhất một đoạn."),
        ("a\n**b", 2, "Dấu ** mở chữ đậm mà chưa đóng trên cùng dòng."),
        ("a **** b", 1, "Giữa hai dấu ** chưa có chữ."),
        ("a\n\nb {{c", 3, "Dấu {{ chưa có }} để đóng trên cùng dòng."),
        ("a c}} b", 1, "Dấu }} thừa, không có {{ đứng trước."),
        ("a {{  }}", 1, "Giữa {{ và }} chưa có tên."),
        ("a {{#x}}", 1, "{{#x}} phải đứng một mình trên một dòng."),
        ("{{#x}} a {{/x}} b", 1, "{{#x}} phải đứng một mình trên một dòng."),
        ("a\n{{#x}}\nb", 2, "Danh sách {{#x}} chưa có dòng {{/x}} để đóng."),
        ("a\n{{/x}}", 2, "Dòng {{/x}} không khớp với danh sách nào đang mở."),
        ("{{#x}}\na\n{{/y}}\n{{/x}}", 3, "Dòng {{/y}} không khớp với danh sách nào đang mở."),
        ("{{#x}}\n\n{{/x}}", 3, "Giữa {{#x}} và {{/x}} chưa có nội dung."),
        ("{{#x}}\na\n{{#y}}\n{{/x}}", 3, "Danh sách {{#y}} nằm trong một danh sách khác. Hãy đóng danh sách trước đã."),
    ],
)  # fmt: skip
def test_what_is_not_clearly_meant_is_a_problem_with_its_line(wording: str, line: int, message: str) -> None:
    first = read(wording).problems[0]
    assert (first.line, first.message) == (line, message)
    assert str(first) == f"Dòng {line}: {message}"


def test_every_problem_is_told_at_once_in_the_order_of_the_lines() -> None:
    found = read("{{#x}}\n**a\nb}}\n{{").problems
    assert [p.line for p in found] == [1, 2, 3, 4]


# --- filling -------------------------------------------------------------------------------------

VALUES = {"name": "Lò Thị <Ơn> & “Bình”", "children": [{"child": "An"}, {"child": "Bảo"}]}


def test_filling_puts_words_in_place_of_names() -> None:
    bold = {"text": "Lò Thị <Ơn> & “Bình”", "bold": True}
    filled = fill(read(WORDING).blocks, VALUES)
    assert filled[1]["lines"][0] == [
        {"text": "Ông/bà ", "bold": False},
        bold,
        {"text": " là người ở đây.", "bold": False},
    ]
    assert filled[3] == {
        "kind": LIST,
        "lines": [
            [{"text": w, "bold": False} for w in ("1", ". ", "An")],
            [{"text": w, "bold": False} for w in ("2", ". ", "Bảo")],
        ],
    }


def test_a_value_is_never_read_for_marks() -> None:
    (block,) = fill(read("{{a}}").blocks, {"a": "**x** {{b}}\n# y", "b": "never"})
    assert block == {"kind": PARAGRAPH, "lines": [[{"text": "**x** {{b}}\n# y", "bold": False}]]}


def test_rows_see_the_names_outside_and_an_empty_list_leaves_nothing() -> None:
    blocks = read("{{#rows}}\n{{outer}} {{own}}\n\n- {{own}}\n{{/rows}}").blocks
    filled = fill(blocks, {"outer": "A", "own": "never", "rows": [{"own": "1"}, {"own": "2"}]})
    words = ["".join(p["text"] for p in line) for block in filled for line in block["lines"]]
    assert words == ["A 1", "1", "A 2", "2"]
    assert fill(blocks, {"outer": "A", "rows": []}) == []
    assert fill(blocks, {"rows": "not a list"}) == []


def test_an_item_whose_answers_are_all_empty_is_left_out() -> None:
    blocks = read("- A: {{a}}\n- B: {{b}}, {{c}}\n- C\n\nA: {{a}}\n\n- {{a}}").blocks
    filled = fill(blocks, {"a": " ", "b": "", "c": "có"})
    assert ["".join(p["text"] for p in line) for block in filled for line in block["lines"]] == ["B: , có", "C", "A:  "]
    rows = fill(read("{{#r}}\n- {{a}}\n{{/r}}").blocks, {"r": [{"a": ""}, {"a": "x"}]})
    assert rows == [{"kind": LIST, "lines": [[{"text": "x", "bold": False}]]}]


# --- any text ------------------------------------------------------------------------------------

MARKED = st.text(alphabet="ab{}#/-* \n\rêĐ\u00a0\u200b<&\"'", max_size=60)
NAME = st.from_regex(r"[a-z]{1,4}(\.[a-z]{1,3})?", fullmatch=True)
WORDS = st.from_regex(r"[A-Zêđ](?:[a-zê<&\"'./]| (?=[a-z])){0,8}", fullmatch=True)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Part, ...]:
    parts: list[Part] = []
    for text, bold, is_field in draw(st.lists(st.tuples(WORDS, st.booleans(), st.booleans()), min_size=1, max_size=4)):
        name = draw(NAME)
        last = parts[-1] if parts else None
        if not is_field and last and not last.is_field and last.bold == bold:
            continue  # would read as one run
        parts.append(Part(name if is_field else text, bold, is_field))
    return tuple(parts)


BLOCKS = st.builds(
    Block, st.sampled_from([HEADING, LIST, PARAGRAPH]), st.lists(lines(), min_size=1, max_size=3).map(tuple)
)
BODIES = st.lists(
    st.one_of(BLOCKS, st.builds(Repeat, NAME, st.lists(BLOCKS, min_size=1, max_size=2).map(tuple))),
    min_size=1,
    max_size=4,
)


@given(BODIES)
def test_what_is_written_reads_as_the_same_blocks(blocks: list[Block | Repeat]) -> None:
    body = read(write(blocks))
    assert body.blocks == tuple(blocks)
    assert body.problems == ()


@given(st.one_of(MARKED, st.text(max_size=80)))
def test_any_text_is_read_and_a_right_one_writes_back(wording: str) -> None:
    body = read(wording)
    count = wording.count("\n") + wording.count("\r") + 1
    assert all(1 <= p.line <= count for p in (*body.problems, *body.uses))
    if not body.problems:
        assert read(write(body.blocks)).blocks == body.blocks
        assert fill(body.blocks, {}) == fill(read(write(body.blocks)).blocks, {})
