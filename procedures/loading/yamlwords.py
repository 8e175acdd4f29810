"""What the YAML parser complains of, in Vietnamese; and on which line each part of a text stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from procedures.loading.problems import Steps

# Beginnings or parts of libyaml's and PyYAML's sentences.
SENTENCES: tuple[tuple[str, Any], ...] = (
    ("mapping values are not allowed", _l("dấu hai chấm đặt sai chỗ; chữ có dấu hai chấm phải đặt trong dấu nháy")),
    ("could not find expected ':'", _l("thiếu dấu hai chấm sau khóa")),
    ("did not find expected key", _l("thụt dòng sai, hoặc thiếu khóa ở đầu dòng")),
    ("did not find expected '-'", _l("thụt dòng sai, hoặc thiếu dấu gạch ở đầu mục")),
    ("did not find expected ',' or ']'", _l("thiếu dấu phẩy hoặc dấu ] đóng danh sách")),
    ("did not find expected ',' or '}'", _l("thiếu dấu phẩy hoặc dấu } đóng khối")),
    ("did not find expected node content", _l("thiếu nội dung ở chỗ này")),
    ("found unexpected end of stream", _l("dấu nháy mở mà không đóng")),
    ("found character that cannot start any token", _l("có ký tự không được đứng ở đây: phím Tab, @, `, %")),
    ("found a tab character", _l("thụt dòng bằng phím Tab; hãy dùng dấu cách")),
    ("block sequence entries are not allowed", _l("dấu gạch đầu mục đặt sai chỗ")),
    ("block mapping", _l("khối viết sai chỗ")),
    ("found undefined alias", _l("dấu * chỉ tới một tên chưa đặt")),
    ("second occurrence", _l("dấu & đặt trùng tên")),
    ("could not determine a constructor", _l("không dùng được nhãn bắt đầu bằng dấu !")),
    ("found unknown escape character", _l("sau dấu \\ là ký tự không hiểu được")),
    ("unhashable key", _l("khóa phải là chữ, không phải danh sách hay khối")),
    ("expected a mapping", _l("dấu << phải chỉ tới một khối")),
    ("another document", _l("chỉ được có một nội dung; hãy bỏ dòng ---")),
    ("did not find expected <document start>", _l("có chữ thừa sau khi nội dung đã hết")),
    ("control characters are not allowed", _l("có ký tự điều khiển; hãy xóa ký tự lạ")),
    ("unacceptable character", _l("có ký tự điều khiển; hãy xóa ký tự lạ")),
)
UNREADABLE = "unreadable value"


def why(problem: str) -> str:
    """The parser's sentence in words for who wrote the text."""
    if problem.startswith(UNREADABLE):
        return _("giá trị không đọc được; ngày, số lạ thì đặt trong dấu nháy")
    return next((str(words) for part, words in SENTENCES if part in problem), _("chỗ này không đúng cách viết"))


def lines(text: str) -> dict[Steps, int]:
    """For every part of a text that parses: its line, counted from 1. Parts brought by << are not in it."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    return dict(_walk(node, ())) if node is not None else {}


def _walk(node: yaml.Node, steps: Steps) -> Iterator[tuple[Steps, int]]:
    yield steps, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _walk(item, (*steps, position))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                yield from _walk(value, (*steps, key.value))
                yield (*steps, key.value), key.start_mark.line + 1


def line_at(known: dict[Steps, int], steps: Steps) -> int | None:
    """The line of that place, else of the nearest part around it."""
    for length in range(len(steps), -1, -1):
        if steps[:length] in known:
            return known[steps[:length]]
    return None
