"""A document as YAML and back: the same text as the files of the catalogue."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from procedures.editing.errors import YamlProblem
from procedures.loading.dump import yaml_text
from procedures.loading.problems import Problem, Problems, Steps
from procedures.loading.yamlfile import MAX_BYTES, parse
from procedures.loading.yamlwords import line_at, lines


def to_yaml(content: dict[str, Any]) -> str:
    return yaml_text(content)


def from_yaml(text: str) -> dict[str, Any]:
    """The document that the text says. Raises YamlProblem with a sentence for every mistake of reading."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise YamlProblem([_("Nội dung lớn hơn 2 MB. Hãy bỏ bớt.")])
    problems = Problems()
    content = parse(text, problems)
    sentences = _sentences(text, problems)
    if not sentences and not isinstance(content, dict):
        sentences = [_("Nội dung phải là một khối khóa: giá trị, ví dụ “code: '1.000001'”.")]
    if sentences:
        raise YamlProblem(sentences)
    assert isinstance(content, dict)
    return content


def _sentences(text: str, problems: Problems) -> list[str]:
    """Mistakes of the notation name their line themselves; of values it is looked up."""
    known = lines(text) if any(p.steps for p in problems) else {}
    return [_with_line(problem, known) for problem in problems]


def _with_line(problem: Problem, known: dict[Steps, int]) -> str:
    line = line_at(known, problem.steps) if problem.steps else None
    return _("Dòng %(line)d: %(words)s") % {"line": line, "words": problem.message} if line else problem.message
