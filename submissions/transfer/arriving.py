"""Bringing a pack in: first where everything would go, then all of it in one transaction, or nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files import File as StreamFile
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from portal.lib import codes, text
from procedures.models import Agency, CatalogueVersion, Procedure, ProcedureRevision, Sector
from submissions import register, workflow
from submissions.errors import NotPossible
from submissions.files import delete_stored
from submissions.models import (
    Attachment,
    Event,
    Letter,
    Message,
    Officer,
    Paper,
    Rating,
    Submission,
    SupplementRequest,
)
from submissions.rules import Actor
from submissions.states import IMPORT
from submissions.transfer import chain, counting
from submissions.transfer.contents import Contents, contents
from submissions.transfer.errors import AlreadyHere, PackRefused
from submissions.transfer.reading import Pack

LAST_IN_ORDER = 9999
Stored = list[tuple[Any, str]]  # storage and name of every file written so far


@dataclass(frozen=True)
class Plan:
    """Where the parts of a pack would go; nothing is written yet."""

    contents: Contents
    agency: Agency
    procedure: Procedure | None
    revision: ProcedureRevision | None
    shifts_register: bool


@dataclass(frozen=True)
class Arrival:
    submission: Submission
    new_procedure: bool
    new_revision: bool
    new_secret: bool


# --- where everything goes -----------------------------------------------------------------------


def plan(pack: Pack, agency_slug: str = "") -> Plan:
    """Checks the whole pack against this install. Raises AlreadyHere, or PackRefused with what to do."""
    found = contents(pack)
    _check_new(found, pack)
    agency = _agency(found, agency_slug)
    counting.check_letters(found, agency)
    _check_register(found, agency)
    code = found.procedure["code"]
    revisions = ProcedureRevision.objects.exclude(state=ProcedureRevision.State.DRAFT)
    return Plan(
        found,
        agency,
        Procedure.objects.filter(code=code).first(),
        revisions.filter(procedure__code=code, digest=found.revision["digest"]).order_by("-number").first(),
        counting.shifts_register(found.submission["dossier_code"]),
    )


def _check_new(found: Contents, pack: Pack) -> None:
    reference, code = found.submission["reference"], found.submission["dossier_code"]
    here = Submission.objects.filter(reference=reference).first()
    if here is not None and _is_same(here, found, pack):
        raise AlreadyHere
    if here is not None:
        words = _("Mã tra cứu %s đã thuộc một hồ sơ ở đây có nội dung khác. Không nhập được gói này.")
        raise PackRefused(words % reference)
    if code and Submission.objects.filter(dossier_code=code).exists():
        raise PackRefused(_("Mã hồ sơ %s đã thuộc một hồ sơ khác ở đây. Không nhập được gói này.") % code)


def _check_register(found: Contents, agency: Agency) -> None:
    try:
        register.check_open(agency, found.submission["dossier_code"], found.submission["received_at"])
    except NotPossible as problem:
        raise PackRefused(problem) from None


def _is_same(here: Submission, found: Contents, pack: Pack) -> bool:
    """The submission that was packed, still in its own install; or what an earlier import of the pack has made."""
    head = found.lines[-1][0]["hash"]
    arrivals = here.events.filter(verb=IMPORT).values_list("data", flat=True)
    brought = any(data.get("pack") == pack.digest or data["origin"]["hashes"][-1:] == [head] for data in arrivals)
    return brought or here.events.filter(hash=head).exists()


def _agency(found: Contents, slug: str) -> Agency:
    """The named unit; else the one with the same slug, or with the same identifier."""
    if slug:
        named = Agency.objects.filter(slug=slug).first()
        if named is None:
            raise PackRefused(_("Không có cơ quan nào có khóa “%s”. Bạn xem khóa ở mục Cơ quan.") % slug)
        return named
    same = Agency.objects.filter(slug=found.agency["slug"]).first()
    if same is None and found.agency["identifier"]:
        same = Agency.objects.filter(identifier=found.agency["identifier"]).order_by("pk").first()
    if same is None:
        words = _("Không có cơ quan “%(name)s” (khóa %(slug)s) ở đây. Bạn chỉ rõ cơ quan nhận bằng --agency KHÓA.")
        raise PackRefused(words % found.agency)
    return same


# --- writing -------------------------------------------------------------------------------------


def bring_in(pack: Pack, planned: Plan, *, by: Actor) -> Arrival:
    """Writes the submission with all that belongs to it; when anything fails nothing stays, stored files included.

    Raises PackRefused.
    """
    stored: Stored = []
    try:
        with transaction.atomic():
            return _written(pack, planned, by, stored)
    except IntegrityError:
        _forget(stored)
        raise PackRefused(_("Vừa có hồ sơ trùng mã được ghi vào. Bạn hãy chạy lại lệnh.")) from None
    except OSError as problem:
        _forget(stored)
        raise PackRefused(_("Kho lưu trữ không nhận tệp lúc này. Bạn hãy thử lại sau ít phút.")) from problem
    except BaseException:
        _forget(stored)
        raise


def _forget(stored: Stored) -> None:
    for storage, name in stored:
        delete_stored(storage, name)


def _written(pack: Pack, planned: Plan, by: Actor, stored: Stored) -> Arrival:
    found, revision = planned.contents, planned.revision or _new_revision(planned)
    columns = {
        **found.submission,
        "tracking_secret": found.secret or codes.secret(),
        "procedure": revision.procedure,
        "revision": revision,
        "agency": planned.agency,
    }
    lines = [line for line, _actor in found.lines]
    note = _("Từ %s") % pack.manifest["site"] if isinstance(pack.manifest.get("site"), str) else ""
    submission, events = workflow.arrive(columns, lines, by=by, note=note[:300], data=_remembered(pack, found))
    _Rest(pack, planned, submission, events, stored).write()
    counting.catch_up(found, planned.agency)
    return Arrival(submission, planned.procedure is None, planned.revision is None, not found.secret)


def _remembered(pack: Pack, found: Contents) -> dict[str, Any]:
    """What the line of the arrival keeps: which pack, the chain as it was, and who had the file."""
    return {
        "pack": pack.digest,
        "made_at": pack.manifest.get("made_at", ""),
        "origin": chain.origin(found.origin, found.lines),
        "assignee": found.assignee,
        "entered_by": found.entered_by,
    }


def _new_revision(planned: Plan) -> ProcedureRevision:
    """The revision that was filed on, kept as an old one: it never becomes what the public sees."""
    procedure = planned.procedure or _new_procedure(planned.contents)
    last = procedure.revisions.aggregate(last=models.Max("number"))["last"] or 0
    columns = {**planned.contents.revision, "number": last + 1}
    return ProcedureRevision.objects.create(procedure=procedure, state=ProcedureRevision.State.RETIRED, **columns)


def _new_procedure(found: Contents) -> Procedure:
    """A procedure that is not known here: closed and without a published revision, so that nobody can file on it."""
    name = {"name": found.sector["name"], "order": LAST_IN_ORDER}
    sector, _new = Sector.objects.get_or_create(key=found.sector["key"][:60], defaults=name)
    procedure = Procedure.objects.create(
        **found.procedure,
        sector=sector,
        status=Procedure.Status.CLOSED,
        status_reason=_("Thủ tục chỉ có để đọc hồ sơ nhập từ cổng khác."),
        search_text=text.fold(f"{found.procedure['code']} {found.procedure['name']}"),
    )
    CatalogueVersion.bump()
    return procedure


def stand_in(label: str, agency: Agency) -> Officer:
    """A name for the log where a row needs an officer: nobody can log in with it, and it holds no role."""
    name = label or _("Cán bộ cổng cũ")
    sign = hashlib.sha256(f"{agency.slug} {name}".encode()).hexdigest()[:16]
    user, is_new = get_user_model().objects.get_or_create(
        username=f"cong-cu-{sign}", defaults={"full_name": name, "is_active": False}
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    officer, _made = Officer.objects.get_or_create(user=user, defaults={"agency": agency, "is_active": False})
    return officer


@dataclass
class _Rest:
    """The rows around the submission, with their files."""

    pack: Pack
    plan: Plan
    submission: Submission
    events: list[Event]
    stored: Stored

    def write(self) -> None:
        requests = {columns["round"]: self._request(columns, by) for columns, by in self.plan.contents.requests}
        attachments = [self._file(i, requests) for i in range(len(self.plan.contents.files))]
        self._name_sources(attachments)
        self._papers()
        self._letters(attachments)
        self._talk()

    def _request(self, columns: dict[str, Any], by: str) -> SupplementRequest:
        officer = stand_in(by, self.plan.agency)
        return SupplementRequest.objects.create(submission=self.submission, requested_by=officer, **columns)

    def _store(self, row: models.Model, member: str) -> str:
        """The stored name of a member's bytes."""
        column = row._meta.get_field("file")
        with self.pack.stream(member) as stream:
            name: str = column.storage.save(column.generate_filename(row, ""), StreamFile(stream))  # type: ignore[union-attr]
        self.stored.append((column.storage, name))  # type: ignore[union-attr]
        return name

    def _file(self, index: int, requests: dict[int, SupplementRequest]) -> Attachment:
        given = self.plan.contents.files[index]
        row = Attachment(submission=self.submission, supplement=requests.get(given.round or 0), **given.columns)
        if given.member:
            row.file = self._store(row, given.member)
        row.save(force_insert=True)
        return row

    def _name_sources(self, attachments: list[Attachment]) -> None:
        """A combined PDF names the photos that it was made from by their new keys."""
        for row, given in zip(attachments, self.plan.contents.files, strict=True):
            if given.made_from:
                known = [(attachments[place].pk if place is not None else None, sha) for place, sha in given.made_from]
                row.made_from = [{"pk": pk, "sha256": sha} for pk, sha in known]
                row.save(update_fields=["made_from"])

    def _papers(self) -> None:
        numbers = {event.number: event for event in self.events}
        for given in self.plan.contents.papers:
            row = Paper(submission=self.submission, event=numbers.get(given.event or 0), **given.columns)
            if given.member:
                row.file = self._store(row, given.member)
            row.save(force_insert=True)

    def _talk(self) -> None:
        """The messages with their hours, and the rating."""
        for columns, by in self.plan.contents.messages:
            officer = stand_in(by, self.plan.agency) if by else None
            Message.objects.create(submission=self.submission, officer=officer, **columns)
        if self.plan.contents.rating is not None:
            Rating.objects.create(submission=self.submission, **self.plan.contents.rating)

    def _letters(self, attachments: list[Attachment]) -> None:
        for given in self.plan.contents.letters:
            Letter.objects.create(
                submission=self.submission,
                agency=self.plan.agency,
                issued_by=stand_in(given.issued_by, self.plan.agency),
                attachment=attachments[given.file] if given.file is not None else None,
                **given.columns,
            )
