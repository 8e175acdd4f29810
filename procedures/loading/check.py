"""Every problem of a catalogue folder that was read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from procedures.loading import blocks
from procedures.loading.check_form import CONDITIONAL, Scope, check_condition, check_form
from procedures.loading.folder import Content, Folder
from procedures.loading.problems import Problem, Problems
from procedures.loading.shape import CODE, KEY, check_once, dicts, is_iso_date, list_of, mapping


def check(folder: Folder) -> list[Problem]:
    """In the order of the files; empty when the folder can be stored."""
    found: list[Problem] = []
    _check_agencies(folder.shared.get("agencies.yaml"), Problems("agencies.yaml", found=found))
    _check_sectors(folder.shared.get("sectors.yaml"), Problems("sectors.yaml", found=found))
    _check_lists(folder.shared.get("lists.yaml"), Problems("lists.yaml", found=found))
    sectors = {s["key"] for _i, s in dicts(folder.sectors) if isinstance(s.get("key"), str)}
    files: dict[str, str] = {}
    for file, content in folder.procedures.items():
        problems = Problems(file, found=found)
        check_procedure(content, sectors, folder.lists, problems)
        _check_name(file, content, files, problems)
    return found


def _check_name(file: str, content: Content, files: dict[str, str], problems: Problems) -> None:
    """The file is named after its code, and no other file has that code."""
    code = content.get("code")
    if not isinstance(code, str) or not CODE.fullmatch(code):
        return
    stem = file.rpartition("/")[2].rpartition(".")[0]
    if stem != code and not stem.startswith(f"{code}-"):
        problems.at("code").add(_("Tên tệp phải bắt đầu bằng mã “%(code)s”. Hãy sửa tên tệp hoặc mã.") % {"code": code})
    if code in files:
        problems.at("code").add(_("Mã này đã có ở %(file)s. Hãy bỏ một tệp.") % {"file": files[code]})
    files.setdefault(code, file)


# --- shared files --------------------------------------------------------------------------------


def _check_agencies(content: Content | None, problems: Problems) -> None:
    if content is None:
        return
    blocks.Block({"agencies": list_of(blocks.AGENCY, least=1)}, {"departments": list_of(blocks.DEPARTMENT)})(
        content, problems
    )
    places = [(key, i, entry) for key in ("agencies", "departments") for i, entry in dicts(content.get(key))]
    known: dict[str, Content] = {}
    for key, i, entry in places:
        here = problems.at(key, i)
        slug = entry.get("slug")
        if isinstance(slug, str) and slug in known:
            here.at("slug").add(_("“%(slug)s” đã dùng ở trên. Hãy đặt khóa khác.") % {"slug": slug})
        elif isinstance(slug, str):
            known[slug] = entry
    for key, i, entry in places:
        _check_agency(entry, known, problems.at(key, i))


def _check_agency(entry: Content, known: Mapping[str, Content], problems: Problems) -> None:
    for link in ("parent", "successor"):
        slug = entry.get(link)
        if isinstance(slug, str) and slug not in known:
            problems.at(link).add(_("Không có cơ quan “%(slug)s” trong tệp này.") % {"slug": slug})
        elif _returns(entry, link, known):
            problems.at(link).add(_("Quan hệ chạy vòng: đi theo mục này lại về chính cơ quan. Hãy sửa."))
    first, last = entry.get("active_from"), entry.get("active_to")
    if is_iso_date(first) and is_iso_date(last) and str(last) < str(first):
        problems.at("active_to").add(_("Ngày kết thúc đứng trước ngày bắt đầu. Hãy sửa một trong hai."))


def _chain(entry: Content, link: str, known: Mapping[str, Content]) -> Iterator[Content]:
    """The agencies one comes to by following the link, each once."""
    seen: list[Content] = []
    slug = entry.get(link)
    while isinstance(slug, str) and slug in known and not any(known[slug] is s for s in seen):
        seen.append(known[slug])
        yield known[slug]
        slug = known[slug].get(link)


def _returns(entry: Content, link: str, known: Mapping[str, Content]) -> bool:
    return any(other is entry for other in _chain(entry, link, known))


def _check_sectors(content: Content | None, problems: Problems) -> None:
    if content is None:
        return
    blocks.Block({"sectors": list_of(blocks.SECTOR, least=1)}, {})(content, problems)
    check_once(dicts(content.get("sectors")), "key", problems.at("sectors"))


def _check_lists(content: Content | None, problems: Problems) -> None:
    if content is None:
        return
    blocks.Block({"lists": mapping}, {})(content, problems)
    lists = content.get("lists")
    for name, items in (lists if isinstance(lists, dict) else {}).items():
        here = problems.at("lists", name)
        if not isinstance(name, str) or not KEY.fullmatch(name) or len(name) > 60:
            here.add(_("Tên danh sách chỉ gồm chữ thường không dấu, số và gạch dưới, dài nhất 60 ký tự."))
        list_of(mapping)(items, here)
        _check_list_values(items, here)


def _check_list_values(items: Any, problems: Problems) -> None:
    """Entries are named by value or code; one name may stand once."""
    for name in ("value", "code"):
        for i, item in dicts(items):
            if item.get(name) is not None:
                blocks.choice_value(item[name], problems.at(i, name))
        check_once([(i, {name: str(e[name])}) for i, e in dicts(items) if e.get(name) is not None], name, problems)


# --- procedures ----------------------------------------------------------------------------------


def check_procedure(content: Any, sectors: Collection[str], lists: Mapping[str, Any], problems: Problems) -> None:
    """Adds every problem of one procedure's document; also for editors that save documents one by one."""
    blocks.PROCEDURE(content, problems)
    if not isinstance(content, dict):
        return
    sector = content.get("sector")
    if isinstance(sector, str) and sector not in sectors:
        problems.at("sector").add(_("Không có lĩnh vực “%(key)s” trong sectors.yaml.") % {"key": sector})
    check_once(dicts(content.get("documents")), "key", problems.at("documents"))
    scope = _check_form(content, lists, problems)
    for where, entry in _conditional(content, problems):
        if entry.get("when") is not None:
            check_condition(entry["when"], scope, where.at("when"), kinds=CONDITIONAL)


def _check_form(content: Content, lists: Mapping[str, Any], problems: Problems) -> Scope:
    if content.get("form") is not None:
        return check_form(content["form"], lists, problems.at("form"))
    level = content.get("level")
    if isinstance(level, int) and level >= 3:
        problems.at("form").add(_("Mức độ %(level)d cần biểu mẫu (form) để nộp trực tuyến.") % {"level": level})
    for i, document in dicts(content.get("documents")):
        if document.get("produced_by_form") is True:
            problems.at("documents", i, "produced_by_form").add(_("Thủ tục không có biểu mẫu (form). Hãy ghi false."))
    return Scope()


def _conditional(content: Content, problems: Problems) -> Iterator[tuple[Problems, Content]]:
    """The papers, fees and variants of the time limit."""
    for key in ("documents", "fees"):
        yield from ((problems.at(key, i), entry) for i, entry in dicts(content.get(key)))
    limit = content.get("time_limit")
    if isinstance(limit, dict):
        yield from ((problems.at("time_limit", "variants", i), v) for i, v in dicts(limit.get("variants")))
