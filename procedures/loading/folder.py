"""A catalogue folder as plain values, with every problem of reading it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from procedures.loading.problems import Problem, Problems
from procedures.loading.yamlfile import read_yaml

Content = dict[str, Any]
Step = Callable[[], object]

# file name: the keys at its top that have tables of their own
SHARED_FILES = {
    "agencies.yaml": ("agencies", "departments"),
    "sectors.yaml": ("sectors",),
    "lists.yaml": ("lists",),
    "about.yaml": (),
}
# A folder with procedures needs these; one without may hold any of the shared files alone.
NEEDED = {"agencies.yaml", "sectors.yaml"}
PROCEDURES = "procedures"


@dataclass
class Folder:
    """What was read. The lists hold raw entries, checked or not."""

    path: Path
    shared: dict[str, Content] = field(default_factory=dict)
    procedures: dict[str, Content] = field(default_factory=dict)  # file name within the folder: content
    has_procedures: bool = False
    problems: list[Problem] = field(default_factory=list)

    def entries(self, file: str, key: str) -> list[Any]:
        value = self.shared.get(file, {}).get(key)
        return value if isinstance(value, list) else []

    @property
    def agencies(self) -> list[Any]:
        return self.entries("agencies.yaml", "agencies")

    @property
    def departments(self) -> list[Any]:
        return self.entries("agencies.yaml", "departments")

    @property
    def sectors(self) -> list[Any]:
        return self.entries("sectors.yaml", "sectors")

    @property
    def lists(self) -> dict[str, Any]:
        value = self.shared.get("lists.yaml", {}).get("lists")
        return value if isinstance(value, dict) else {}

    @property
    def rest(self) -> Content:
        """What no table holds, by file name."""
        return {
            name: {key: value for key, value in content.items() if key not in SHARED_FILES[name]}
            for name, content in self.shared.items()
        }


def files_of(path: Path) -> list[Path]:
    """The procedure files, hidden ones left out."""
    folder = path / PROCEDURES
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml") and not p.name.startswith("."))


def _refusal(path: Path) -> str:
    """Why this cannot be a catalogue folder; empty when it can."""
    try:
        if not path.exists():
            return _("Không có thư mục này. Hãy kiểm tra đường dẫn.")
        if not path.is_dir():
            return _("Đây là tệp, không phải thư mục danh mục. Hãy chỉ tới thư mục chứa agencies.yaml.")
        has_files = bool(files_of(path))
        if not has_files and (path / PROCEDURES).exists():
            return _("Thư mục con “procedures” không có tệp thủ tục nào (*.yaml). Hãy thêm tệp hoặc bỏ thư mục con.")
        if not has_files and not any((path / name).is_file() for name in SHARED_FILES):
            return _("Không thấy tệp danh mục nào. Hãy chỉ tới thư mục có agencies.yaml, sectors.yaml và procedures/.")
    except OSError as error:
        return _("Không mở được thư mục (%(why)s). Hãy kiểm tra quyền đọc.") % {"why": error.strerror}
    return ""


def read_folder(path: Path, step: Step = lambda: None) -> Folder:
    """Reads everything that can be read; `step` is called after each procedure file."""
    folder = Folder(path)
    refusal = _refusal(path)
    if refusal:
        folder.problems.append(Problem(str(path), (), refusal))
        return folder
    files = files_of(path)
    folder.has_procedures = bool(files)
    for name in SHARED_FILES:
        if (path / name).exists() or (files and name in NEEDED):
            _keep(folder, name, folder.shared)
    for file in files:
        _keep(folder, f"{PROCEDURES}/{file.name}", folder.procedures)
        step()
    return folder


def _keep(folder: Folder, name: str, where: dict[str, Content]) -> None:
    problems = Problems(name, found=folder.problems)
    before = len(problems.found)
    if not (folder.path / name).exists():
        problems.add(_("Thiếu tệp này. Hãy thêm tệp vào thư mục danh mục."))
        return
    content = read_yaml(folder.path / name, problems)
    if isinstance(content, dict):
        where[name] = content
    elif len(problems.found) == before:
        problems.add(_("Tệp phải là một khối khóa: giá trị, ví dụ “code: '1.000001'”."))
