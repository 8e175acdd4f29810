"""One file as an officer types it in: the questions of the portal, the declaration, the checklist, on one page."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from portal.lib import codes
from procedures.formbuilder import (
    FieldError,
    LongForm,
    SectionForm,
    press_row_button_of_form,
    typed_from,
    typed_of_form,
    unticked,
)
from procedures.spec import FormSpec, ProcedureSpec, Section
from submissions import filing, forms, workflow
from submissions.counter import checklist
from submissions.filing.journey import APPLICANT_BLOCK, DELIVERY_BLOCK, FORM_BLOCK
from submissions.models import Attachment, Submission

COUNTER_BLOCK = "counter"
KEPT_INPUT = f"{forms.APART}kept"  # the reference of the kept form that was taken over
AUTHORITY_INPUT = f"document-{forms.AUTHORITY_KEY}"
# A slip of the pen in the year is no hand-over record.
LONGEST_BACK = datetime.timedelta(days=30)
Typed = dict[str, list[str]]
Blocks = dict[str, Typed]


def form_of(spec: ProcedureSpec) -> FormSpec | None:
    """The declaration as it is typed at the counter: its papers are handed in, a scan is welcome and not demanded."""
    if spec.form is None or all(f.kind != "file" for f in spec.form.fields()):
        return spec.form
    return replace(spec.form, sections=tuple(_with_free_files(s) for s in spec.form.sections))


def _with_free_files(section: Section) -> Section:
    return replace(section, fields=tuple(replace(f, required=f.required and f.kind != "file") for f in section.fields))


def blocks_from(spec: ProcedureSpec, post: MultiValueDict[str, Any]) -> tuple[Blocks, bool]:
    """What was typed on the page, unchecked; and whether a button that adds or removes a row was pressed."""
    form = form_of(spec)
    typed = typed_of_form(form, post) if form else {}
    pressed = press_row_button_of_form(form, post, typed) if form else None
    rest = checklist.typed_from(spec.documents, post)
    if kept := codes.normal(post.get(KEPT_INPUT, "")[:20]):
        rest[KEPT_INPUT] = [kept]
    return {
        APPLICANT_BLOCK: _block(forms.counter_applicant(), post),
        FORM_BLOCK: typed if pressed is None else pressed,
        DELIVERY_BLOCK: _block(forms.counter_delivery(spec), post),
        COUNTER_BLOCK: {**_block(forms.counter_channel(spec), post), **rest},
    }, pressed is not None


def _block(section: Section, post: MultiValueDict[str, Any]) -> Typed:
    return {**unticked(section), **typed_from(section, post)}


class Entry:
    """A draft of the counter with its forms. Errors show once check() was called."""

    def __init__(self, draft: Submission, *, refused: Mapping[str, str] | None = None) -> None:
        self.draft, self.spec, self.refused = draft, draft.revision.spec, refused or {}
        self.journey = filing.Journey(draft)
        self.receives = False

    def typed(self, block: str) -> Typed | None:
        """None while nothing of the block was ever sent, so that it starts with its defaults."""
        return self.draft.typed.get(block)

    @property
    def kept(self) -> str:
        return next(iter((self.typed(COUNTER_BLOCK) or {}).get(KEPT_INPUT, [])), "")

    # --- the parts of the page -------------------------------------------------------------------

    @cached_property
    def channel(self) -> SectionForm:
        section, now = forms.counter_channel(self.spec), timezone.localtime()
        fields = tuple(replace(f, prefill="now") if f.key.endswith("handed_at") else f for f in section.fields)
        prefill = {"now": f"{now:%H:%M}"}
        return SectionForm(replace(section, fields=fields), typed=self.typed(COUNTER_BLOCK), prefill=prefill)

    @cached_property
    def applicant(self) -> SectionForm:
        return SectionForm(forms.counter_applicant(), typed=self.typed(APPLICANT_BLOCK))

    @cached_property
    def form(self) -> LongForm | None:
        form = form_of(self.spec)
        if form is None:
            return None
        files = self.journey.field_files if self.draft.pk else {}
        typed = self.typed(FORM_BLOCK) or {}
        return LongForm(form, typed=typed, files=files, refused=self.refused, uploads=True)

    @cached_property
    def delivery(self) -> SectionForm:
        return SectionForm(forms.counter_delivery(self.spec), typed=self._delivery_typed())

    def _delivery_typed(self) -> Typed | None:
        """By post to the applicant, unless somebody else is named."""
        typed = self.typed(DELIVERY_BLOCK)
        if typed is None:
            return None
        given = self.typed(APPLICANT_BLOCK) or {}
        same = {f"{forms.APART}delivery_{what}": f"{forms.APART}applicant_{what}" for what in forms.RECEIVER}
        taken = {own: given[other] for own, other in same.items() if not any(typed.get(own, [])) and other in given}
        return {**typed, **taken}

    @cached_property
    def papers(self) -> list[checklist.Line]:
        answers = self.form.answers if self.form else {}
        files = self.journey.document_files if self.draft.pk else {}
        typed = self.typed(COUNTER_BLOCK) or {}
        return checklist.lines(self.spec.documents, typed, answers, files, self.refused)

    @property
    def authority_files(self) -> list[Attachment]:
        return self.journey.authority_files if self.draft.pk else []

    @property
    def sections(self) -> list[SectionForm]:
        return [self.channel, self.applicant, self.delivery]

    # --- checking --------------------------------------------------------------------------------

    def check(self, *, receive: bool) -> list[FieldError]:
        """Everything that is wrong, in the order of the page; `receive`: required papers may not be lacking."""
        for part in self.sections:
            part.is_valid()
        if self.form:
            self.form.is_valid()
        self.receives = receive
        self.__dict__.pop("papers", None)
        for line in self.papers:
            line.check(must_be_there=receive)
        return self.errors

    @property
    def errors(self) -> list[FieldError]:
        authority = self.refused.get(AUTHORITY_INPUT)
        return [
            *self.channel.errors,
            *self._clock_errors(),
            *self.applicant.errors,
            *([FieldError(f"id_{AUTHORITY_INPUT}", "", authority)] if authority else []),
            *(self.form.errors if self.form else []),
            *(error for line in self.papers for error in line.all_errors),
            *self.delivery.errors,
        ]

    @property
    def warnings(self) -> list[FieldError]:
        return [*self.applicant.warnings, *(self.form.warnings if self.form else []), *self.delivery.warnings]

    def _clock_errors(self) -> list[FieldError]:
        given = forms.from_counter(self.channel.answers)
        if not self.channel.reports or "handed_at" not in given or "handed_on" not in given:
            return []
        since, now = self.since, timezone.now()
        if since is None:
            message = _("Giờ ký biên bản chưa đúng. Bạn ghi giờ và phút, ví dụ 09:30.")
        elif since > now:
            message = _("Biên bản giao nhận không thể ký sau lúc này. Bạn xem lại ngày, giờ.")
        elif since < now - LONGEST_BACK:
            message = _("Ngày ký biên bản cách nay quá %d ngày. Bạn xem lại ngày.") % LONGEST_BACK.days
        else:
            return []
        return [FieldError(f"id_{forms.APART}handed_at", _("Giờ ký biên bản"), message)]

    @property
    def since(self) -> datetime.datetime | None:
        """When the hand-over record with the post was signed; None for who came in person."""
        given = forms.from_counter(self.channel.answers)
        try:
            day, time = (datetime.date.fromisoformat(given["handed_on"]), _clock(given["handed_at"]))
        except (KeyError, ValueError):
            return None
        return timezone.make_aware(datetime.datetime.combine(day, time))

    # --- filing ----------------------------------------------------------------------------------

    @property
    def answers(self) -> dict[str, Any]:
        return self.form.answers if self.form else {}

    def filing(self) -> workflow.Filing:
        """What workflow.enter() writes, of an entry that check() found clean."""
        applicant, delivery = (forms.from_counter(s.answers) for s in (self.applicant, self.delivery))
        channel = forms.from_counter(self.channel.answers)
        more = {"channel": channel["channel"], "sets": channel["sets"], "papers_in": checklist.rows(self.papers)}
        return workflow.Filing(
            version=self.draft.version,
            answers=self.answers,
            columns={**forms.columns(applicant, delivery), **more},
            fees=filing.fee_lines(self.spec, self.answers),
        )


def _clock(typed: str) -> datetime.time:
    """ "9:30" and "9h30" are the same time."""
    hours, _sign, minutes = typed.strip().lower().replace("h", ":").partition(":")
    return datetime.time(int(hours), int(minutes or 0))
