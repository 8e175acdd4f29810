"""Rows for tests: agencies, procedures with a published form, officers, and submissions at any state.

A submission reaches its state through submissions.workflow, never by a written column:

    SubmissionFactory()                          a draft
    SubmissionFactory(at=State.RECEIVED)         filed and received by an officer of its agency
"""

from __future__ import annotations

import copy
import datetime
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import factory
import yaml
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from payments import billing
from payments.models import Charge, ChargeLine, PaymentAttempt
from portal.lib import text
from portal.models import User
from procedures import spec
from procedures.models import Agency, Holiday, Procedure, ProcedureRevision, Sector
from submissions import rules, workflow
from submissions.models import Attachment, Officer, Submission
from submissions.states import Role, State

LISTS = {"sexes": [{"value": "nam", "label": "Nam"}, {"value": "nu", "label": "Nữ"}]}
ANSWERS: dict[str, Any] = {
    "child_name": "NGUYỄN THỊ ÁNH",
    "child_birth_date": "2026-02-03",
    "child_sex": "nu",
    "birth_place": "here",
    "parents_married": False,
    "wants_copy": True,
    "siblings": [{"sibling_name": "Nguyễn Văn Đức", "sibling_year": 2020}],
}
APPLICANT: dict[str, Any] = {
    "applicant_name": "Nguyễn Văn Bình",
    "applicant_id_number": "042090001234",
    "applicant_phone": "0912345678",
    "applicant_email": "binh@example.vn",
    "applicant_address": "Tổ dân phố 3, phường Bắc Hồng",
}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@cache
def _birth() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data" / "birth.yaml").read_text())
    return content


def document(**changes: Any) -> dict[str, Any]:
    """The catalogue document of tests/data/birth.yaml with some of its top keys replaced."""
    return {**copy.deepcopy(_birth()), **changes}


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"nguoidung{n}")
    full_name = factory.Sequence(lambda n: f"Trần Thị Số {n}")
    email = factory.LazyAttribute(lambda u: f"{u.username}@example.vn")
    password = factory.django.Password("mat-khau-thu-nghiem")


class AgencyFactory(DjangoModelFactory[Agency]):
    """A ward by default; AgencyFactory(town=True), AgencyFactory(centre=True, parent=town)."""

    class Meta:
        model = Agency

    class Params:
        town = factory.Trait(
            kind=Agency.Kind.TOWN,
            name=factory.Sequence(lambda n: f"Ủy ban nhân dân thị xã Mẫu {n}"),
            short_name=factory.Sequence(lambda n: f"UBND thị xã Mẫu {n}"),
        )
        centre = factory.Trait(
            kind=Agency.Kind.ONE_STOP_CENTRE,
            name=factory.Sequence(lambda n: f"Trung tâm Hành chính công thị xã Mẫu {n}"),
            short_name=factory.Sequence(lambda n: f"Trung tâm Hành chính công {n}"),
        )

    slug = factory.Sequence(lambda n: f"don-vi-{n}")
    name = factory.Sequence(lambda n: f"Ủy ban nhân dân phường Mẫu {n}")
    short_name = factory.Sequence(lambda n: f"UBND phường Mẫu {n}")
    kind = Agency.Kind.WARD
    identifier = factory.Sequence(lambda n: f"H99.{n}")
    address = "Số 1, đường Thử Nghiệm"
    phone = "0239.3800000"
    order = factory.Sequence(lambda n: n)


class SectorFactory(DjangoModelFactory[Sector]):
    class Meta:
        model = Sector
        django_get_or_create = ("key",)

    key = "ho_tich"
    name = "Hộ tịch"


class ProcedureFactory(DjangoModelFactory[Procedure]):
    """A procedure with its published revision.

    `content` replaces the whole document, `lists` its choice lists. Columns that are given (level, tier, name …) are
    written into the document too, so that the two agree.
    """

    class Meta:
        model = Procedure

    code = factory.Sequence(lambda n: f"9.{n:06d}")
    slug = "dang-ky-khai-sinh-mau"
    name = "Thủ tục đăng ký khai sinh"
    short_name = "Đăng ký khai sinh"
    sector = factory.SubFactory(SectorFactory)
    tier = "ward"
    level = 3
    search_text = factory.LazyAttribute(lambda p: text.fold(f"{p.code} {p.name} {p.short_name}"))
    content = factory.LazyFunction(document)
    lists = factory.LazyFunction(lambda: copy.deepcopy(LISTS))

    @classmethod
    def _create(cls, model_class: type[Procedure], *args: Any, **kwargs: Any) -> Procedure:
        content, lists = kwargs.pop("content"), kwargs.pop("lists")
        procedure: Procedure = super()._create(model_class, *args, **kwargs)
        same = {name: getattr(procedure, name) for name in ("code", "slug", "name", "short_name", "tier", "level")}
        publish(procedure, {**content, **same, "sector": procedure.sector.key}, lists)
        return procedure


def publish(procedure: Procedure, content: dict[str, Any], lists: dict[str, Any] | None = None) -> ProcedureRevision:
    """Makes `content` the published revision of the procedure; the one before is retired."""
    lists = copy.deepcopy(LISTS) if lists is None else lists
    last = procedure.revisions.order_by("-number").first()
    procedure.revisions.filter(state="published").update(state="retired")
    revision = ProcedureRevision.objects.create(
        procedure=procedure,
        number=last.number + 1 if last else 1,
        state=ProcedureRevision.State.PUBLISHED,
        content=content,
        lists=lists,
        digest=spec.digest(content, lists),
        published_at=timezone.now(),
    )
    procedure.published = revision
    procedure.save(update_fields=["published"])
    procedure.__dict__.pop("spec", None)
    return revision


class OfficerFactory(DjangoModelFactory[Officer]):
    """OfficerFactory(agency=ward, roles=["reception"]); all desk roles by default. The user may log in to the admin."""

    class Meta:
        model = Officer

    user = factory.SubFactory(UserFactory, is_staff=True)
    agency = factory.SubFactory(AgencyFactory)
    roles = factory.LazyFunction(lambda: [Role.RECEPTION.value, Role.SPECIALIST.value, Role.LEADER.value])


class HolidayFactory(DjangoModelFactory[Holiday]):
    class Meta:
        model = Holiday
        django_get_or_create = ("date", "agency")

    date = datetime.date(2026, 9, 2)
    agency = None
    name = "Quốc khánh"
    confirmed = True


class AttachmentFactory(DjangoModelFactory[Attachment]):
    """A stored file of a submission; `data` is its content."""

    class Meta:
        model = Attachment

    class Params:
        data = PDF

    submission = factory.SubFactory("tests.factories.SubmissionFactory")
    key = "birth_proof"
    name = "giấy chứng sinh.pdf"
    content_type = "application/pdf"
    file = factory.LazyAttribute(lambda a: ContentFile(a.data, name=a.name))
    size = factory.LazyAttribute(lambda a: len(a.data))
    sha256 = factory.LazyAttribute(lambda a: hashlib.sha256(a.data).hexdigest())


# --- submissions ---------------------------------------------------------------------------------

Step = Callable[[Submission, rules.Actor], object]


def fee(amount: int | None = 10_000, **more: Any) -> dict[str, Any]:
    """A fee line as filing writes it."""
    line = {"name": "Lệ phí đăng ký khai sinh", "kind": "le_phi", "amount": amount, "unit": "lần", "exemption": ""}
    return {**line, **more}


def _submit(s: Submission, _officer: rules.Actor) -> None:
    columns = {name: getattr(s, name) for name in APPLICANT}
    filing = workflow.Filing(version=s.version, answers=s.answers, columns=columns, fees=s.fees)
    workflow.submit(s.pk, filing, by=rules.citizen(s.applicant_name))


STEPS: dict[str, Step] = {
    "submit": _submit,
    "withdraw": lambda s, _by: workflow.withdraw(s.pk, by=rules.citizen(s.applicant_name)),
    "refuse": lambda s, by: workflow.refuse(s.pk, by=by, reason="Không đúng nơi cư trú."),
    "request_supplement": lambda s, by: workflow.request_supplement(
        s.pk, by=by, documents=[{"key": "birth_proof", "reason": "Ảnh bị mờ."}]
    ),
    "receive": lambda s, by: workflow.receive(s.pk, by=by),
    "start": lambda s, by: workflow.start(s.pk, by=by),
    "propose": lambda s, by: workflow.propose(s.pk, by=by),
    "finish": lambda s, by: workflow.finish(s.pk, by=by, result_note="Đã cấp Giấy khai sinh."),
    "decline": lambda s, by: workflow.decline(s.pk, by=by, reason="Không đủ điều kiện."),
    "stop": lambda s, by: workflow.stop(s.pk, by=by, reason="Người nộp đề nghị dừng."),
    "hand_over": lambda s, by: workflow.hand_over(s.pk, by=by, how="counter"),
}
PATHS: dict[str, str] = {
    State.DRAFT: "",
    State.SUBMITTED: "submit",
    State.WITHDRAWN: "submit withdraw",
    State.REFUSED: "submit refuse",
    State.AWAITING_SUPPLEMENT: "submit request_supplement",
    State.RECEIVED: "submit receive",
    State.IN_PROGRESS: "submit receive start",
    State.AWAITING_APPROVAL: "submit receive start propose",
    State.RESULT_READY: "submit receive start finish",
    State.DECLINED: "submit receive start decline",
    State.STOPPED: "submit receive stop",
    State.HANDED_OVER: "submit receive start finish hand_over",
}


def clerk(agency: Agency) -> Officer:
    """An officer of the agency with all desk roles, made when there is none yet."""
    found = Officer.objects.filter(agency=agency, user__username=f"can-bo-{agency.slug}").first()
    return found or OfficerFactory(agency=agency, user__username=f"can-bo-{agency.slug}")


class SubmissionFactory(DjangoModelFactory[Submission]):
    """A submission at the state `at`, or after the verbs `via` (names in STEPS, separated by blanks), done by clerk().

    Filed ones have the required paper attached. Free, unless `fees` says otherwise: SubmissionFactory(fees=[fee()]).
    """

    class Meta:
        model = Submission

    procedure = factory.SubFactory(ProcedureFactory)
    revision = factory.SelfAttribute("procedure.published")
    agency = factory.SubFactory(AgencyFactory)
    answers = factory.LazyFunction(lambda: copy.deepcopy(ANSWERS))
    applicant_name = APPLICANT["applicant_name"]
    applicant_id_number = APPLICANT["applicant_id_number"]
    applicant_phone = APPLICANT["applicant_phone"]
    applicant_email = APPLICANT["applicant_email"]
    applicant_address = APPLICANT["applicant_address"]
    at = State.DRAFT
    via = ""

    @classmethod
    def _create(cls, model_class: type[Submission], *args: Any, **kwargs: Any) -> Submission:
        verbs = (kwargs.pop("via") or PATHS[kwargs["at"]]).split()
        kwargs.pop("at")
        submission: Submission = super()._create(model_class, *args, **kwargs)
        if not verbs:
            return submission
        AttachmentFactory(submission=submission)
        by = rules.officer_actor(clerk(submission.agency))
        for verb in verbs:
            submission.refresh_from_db()
            STEPS[verb](submission, by)
        return Submission.objects.get(pk=submission.pk)


# --- money ---------------------------------------------------------------------------------------


class ChargeFactory(DjangoModelFactory[Charge]):
    """The bill of a submission that was filed with `fees`; by default 10.000 đồng, received, so that it can be paid.

    ChargeFactory(amount=50_000), ChargeFactory(fees=[fee(), fee(None)], at=State.SUBMITTED). What else is given goes
    to the SubmissionFactory.
    """

    class Meta:
        model = Charge

    amount = 10_000
    at = State.RECEIVED

    @classmethod
    def _create(cls, model_class: type[Charge], *args: Any, **kwargs: Any) -> Charge:
        amount = kwargs.pop("amount")
        submission = SubmissionFactory(**{"fees": [fee(amount)], **kwargs})
        return Charge.objects.select_related("submission", "agency").get(submission=submission)


class ChargeLineFactory(DjangoModelFactory[ChargeLine]):
    """The only line of a bill; ChargeLineFactory(amount=None) waits for the officer."""

    class Meta:
        model = ChargeLine

    @classmethod
    def _create(cls, model_class: type[ChargeLine], *args: Any, **kwargs: Any) -> ChargeLine:
        return ChargeFactory(**kwargs).lines.get()


class AttemptFactory(DjangoModelFactory[PaymentAttempt]):
    """An open attempt at `gateway` for all that is due; AttemptFactory(paid=True) is settled with that amount.

    Of the bill `charge`, or of a new one made with what else is given.
    """

    class Meta:
        model = PaymentAttempt

    gateway = "vnpay"
    paid = False
    expires_at = None
    is_test = False

    @classmethod
    def _create(cls, model_class: type[PaymentAttempt], *args: Any, **kwargs: Any) -> PaymentAttempt:
        gateway, paid = kwargs.pop("gateway"), kwargs.pop("paid")
        facts = {"expires_at": kwargs.pop("expires_at"), "is_test": kwargs.pop("is_test")}
        charge = kwargs.pop("charge", None) or ChargeFactory(**kwargs)
        attempt = billing.start(charge.pk, gateway, by=rules.citizen(), **facts)
        if paid:
            billing.settle(attempt.pk, billing.Outcome(paid=True, amount=attempt.amount, provider_number="14400001"))
        return PaymentAttempt.objects.select_related("charge__submission").get(pk=attempt.pk)
