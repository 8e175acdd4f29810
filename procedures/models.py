"""Agencies, sectors, procedures with their revisions, lists and holidays.

A procedure's published content is one document (procedures/spec); the columns beside it are derived from it by
procedures/loading so that lists and filters need no JSON queries.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from procedures import spec


class Tier(models.TextChoices):
    TOWN = "town", _("cấp thị xã")
    WARD = "ward", _("cấp phường, xã")


class AgencyQuerySet(models.QuerySet["Agency"]):
    def active(self, on: datetime.date | None = None) -> AgencyQuerySet:
        """Units that exist on that day (today in Việt Nam by default)."""
        day = on or timezone.localdate()
        return self.filter(
            models.Q(active_from=None) | models.Q(active_from__lte=day),
            models.Q(active_to=None) | models.Q(active_to__gte=day),
        )

    def of_tier(self, tier: str) -> AgencyQuerySet:
        return self.filter(kind__in=Agency.KINDS_OF_TIER[Tier(tier)])


class Agency(models.Model):
    """A unit of the administration: province, town, its one-stop centre, wards, and the town's departments."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("tỉnh")
        TOWN = "town", _("thị xã")
        ONE_STOP_CENTRE = "one_stop_centre", _("trung tâm hành chính công")
        WARD = "ward", _("phường")
        COMMUNE = "commune", _("xã")
        DEPARTMENT = "department", _("phòng chuyên môn")

    KINDS_OF_TIER = {Tier.TOWN: [Kind.TOWN], Tier.WARD: [Kind.WARD, Kind.COMMUNE]}

    slug = models.SlugField(_("khóa"), max_length=60, unique=True)
    name = models.CharField(_("tên"), max_length=200)
    short_name = models.CharField(_("tên ngắn"), max_length=120, blank=True)
    kind = models.CharField(_("loại"), max_length=20, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("trực thuộc")
    )
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="predecessors", verbose_name=_("đơn vị kế tục")
    )
    identifier = models.CharField(_("mã định danh"), max_length=35, blank=True)
    identifier_is_sample = models.BooleanField(_("mã định danh là dữ liệu mẫu"), default=False)
    one_stop_name = models.CharField(_("tên bộ phận một cửa"), max_length=200, blank=True)
    address = models.CharField(_("địa chỉ"), max_length=300, blank=True)
    phone = models.CharField(_("điện thoại"), max_length=40, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    website = models.CharField(_("trang thông tin"), max_length=200, blank=True)
    hours = models.CharField(_("giờ tiếp nhận"), max_length=200, blank=True)
    contact_checked = models.BooleanField(_("địa chỉ, điện thoại đã đối chiếu"), default=False)
    active_from = models.DateField(_("hoạt động từ"), null=True, blank=True)
    active_to = models.DateField(_("hoạt động đến"), null=True, blank=True)
    order = models.PositiveIntegerField(_("thứ tự"), default=0)
    content = models.JSONField(_("nội dung gốc"), default=dict, blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("cơ quan")
        verbose_name_plural = _("cơ quan")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def tier(self) -> str | None:
        """TOWN for a town, WARD for wards and communes, None for the others."""
        return next((t for t, kinds in self.KINDS_OF_TIER.items() if self.kind in kinds), None)

    @property
    def place(self) -> str:
        """The bare place, as people say it: "phường Bắc Hồng", "thị xã Hồng Lĩnh"."""
        return self.name.removeprefix("Ủy ban nhân dân ").strip()

    @property
    def plain_place(self) -> str:
        """The place without the word for its kind: "Bắc Hồng"."""
        for word in ("phường ", "xã ", "thị xã ", "thị trấn ", "tỉnh "):
            if self.place.lower().startswith(word):
                return self.place[len(word) :]
        return self.place

    @property
    def desk_name(self) -> str:
        """The one-stop desk's own name; fall back on the agency's."""
        return self.one_stop_name or self.name

    def is_active(self, on: datetime.date | None = None) -> bool:
        day = on or timezone.localdate()
        return (not self.active_from or self.active_from <= day) and (not self.active_to or day <= self.active_to)

    def desk(self) -> Agency:
        """Where people go: the one-stop centre of a town when it has one, else the agency itself."""
        if self.kind != self.Kind.TOWN:
            return self
        return self.children.filter(kind=self.Kind.ONE_STOP_CENTRE).active().first() or self

    def scope(self) -> set[int]:
        """Keys of the agencies whose submissions belong to this one: a town and its one-stop centre are one."""
        if self.kind == self.Kind.ONE_STOP_CENTRE and self.parent_id:
            return {self.pk, self.parent_id}
        if self.kind == self.Kind.DEPARTMENT and self.parent_id:
            return {self.pk, self.parent_id}
        if self.kind == self.Kind.TOWN:
            centres = self.children.filter(kind=self.Kind.ONE_STOP_CENTRE).values_list("pk", flat=True)
            return {self.pk, *centres}
        return {self.pk}


class Sector(models.Model):
    """A field of administration (lĩnh vực)."""

    key = models.SlugField(_("khóa"), max_length=60, unique=True)
    name = models.CharField(_("tên"), max_length=200)
    order = models.PositiveIntegerField(_("thứ tự"), default=0)
    content = models.JSONField(_("nội dung gốc"), default=dict, blank=True)

    class Meta:
        verbose_name = _("lĩnh vực")
        verbose_name_plural = _("lĩnh vực")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class ChoiceList(models.Model):
    """A named list of choices shared by forms (ethnic groups, nationalities …)."""

    key = models.SlugField(_("khóa"), max_length=60, unique=True)
    items = models.JSONField(_("các mục"), default=list)

    class Meta:
        verbose_name = _("danh sách lựa chọn")
        verbose_name_plural = _("danh sách lựa chọn")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Procedure(models.Model):
    """The identity of a procedure; what it says is in its published revision."""

    class Status(models.TextChoices):
        OPEN = "open", _("đang nhận hồ sơ")
        PAUSED = "paused", _("tạm dừng nhận trực tuyến")
        CLOSED = "closed", _("đã bãi bỏ")

    class PayWhen(models.TextChoices):
        AFTER_RECEIPT = "after_receipt", _("sau khi hồ sơ được tiếp nhận")
        BEFORE_RECEIPT = "before_receipt", _("trước khi hồ sơ được tiếp nhận")

    code = models.CharField(_("mã thủ tục"), max_length=20, unique=True)
    slug = models.SlugField(_("khóa"), max_length=150)
    name = models.CharField(_("tên"), max_length=500)
    short_name = models.CharField(_("tên ngắn"), max_length=300)
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="procedures", verbose_name=_("lĩnh vực"))
    tier = models.CharField(_("cấp"), max_length=10, choices=Tier.choices)
    level = models.PositiveSmallIntegerField(_("mức độ"))
    status = models.CharField(_("tình trạng"), max_length=10, choices=Status.choices, default=Status.OPEN)
    status_reason = models.CharField(_("lý do"), max_length=400, blank=True)
    pay_when = models.CharField(
        _("nộp phí, lệ phí khi nào"), max_length=20, choices=PayWhen.choices, default=PayWhen.AFTER_RECEIPT
    )
    national_portal_url = models.URLField(_("nộp tại Cổng dịch vụ công quốc gia"), blank=True)
    published = models.OneToOneField(
        "ProcedureRevision",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("bản đang công bố"),
    )
    search_text = models.TextField(editable=False, default="")
    # Digest of the document that the catalogue folder held at the last load: an unchanged folder never undoes an edit.
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("thủ tục")
        verbose_name_plural = _("thủ tục")
        ordering = ["sector__order", "code"]
        indexes = [models.Index(fields=["level", "tier"])]
        constraints = [
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=4), name="procedure_level_1_to_4")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.short_name}"

    def get_absolute_url(self) -> str:
        return reverse("procedure", args=[self.code])

    @cached_property
    def spec(self) -> spec.ProcedureSpec:
        """The published document; only call it on procedures that have one."""
        assert self.published is not None
        return self.published.spec

    @property
    def takes_filings(self) -> bool:
        """May a new submission be filed online now, as far as the procedure goes (the agency is another question)?"""
        return self.level >= 3 and self.status == self.Status.OPEN and self.published_id is not None

    def agencies(self, on: datetime.date | None = None) -> AgencyQuerySet:
        """The active units that take this procedure on that day."""
        return Agency.objects.active(on).of_tier(self.tier).defer("content")


class RevisionIsPublished(Exception):
    """A published revision was about to be changed; make a new one instead."""


class ProcedureRevision(models.Model):
    """One state of the document. Immutable once published: submissions point at it for ever."""

    class State(models.TextChoices):
        DRAFT = "draft", _("bản soạn")
        PUBLISHED = "published", _("đang công bố")
        RETIRED = "retired", _("bản cũ")

    FROZEN = ("procedure_id", "number", "content", "lists", "digest")
    # The large columns. Parsed documents are kept by digest, so that rows are best read without these.
    DOCUMENT = ("content", "lists")

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="revisions", verbose_name=_("thủ tục"))
    number = models.PositiveIntegerField(_("bản số"))
    state = models.CharField(_("trạng thái"), max_length=10, choices=State.choices, default=State.DRAFT)
    content = models.JSONField(_("nội dung"))
    lists = models.JSONField(_("danh sách dùng trong biểu mẫu"), default=dict)
    digest = models.CharField(_("mã băm"), max_length=64)
    created_at = models.DateTimeField(_("lập lúc"), default=timezone.now)
    published_at = models.DateTimeField(_("công bố lúc"), null=True, blank=True)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    # Why it was published and under which document (number, date, title), as the editor gave them.
    reason = models.CharField(_("lý do thay đổi"), max_length=400, blank=True)
    legal_document = models.CharField(_("văn bản làm căn cứ"), max_length=400, blank=True)
    # A draft: what it was made from, who edited it last, and how often (two editors must not overwrite each other).
    based_on = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField(_("sửa lúc"), null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("bản công bố")
        verbose_name_plural = _("các bản công bố")
        ordering = ["procedure", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="revision_number_once"),
            models.UniqueConstraint(
                fields=["procedure"], condition=models.Q(state="published"), name="one_published_revision"
            ),
            models.UniqueConstraint(fields=["procedure"], condition=models.Q(state="draft"), name="one_draft_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.code} bản {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            before = type(self).objects.filter(pk=self.pk).first()
            if before and before.state != self.State.DRAFT:
                changed = [f for f in self.FROZEN if getattr(before, f) != getattr(self, f)]
                if changed:
                    raise RevisionIsPublished(", ".join(changed))
        super().save(*args, **kwargs)

    @cached_property
    def spec(self) -> spec.ProcedureSpec:
        return spec.parsed(self.digest, self._document)

    def _document(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Content and lists; one query when the row came without them (see DOCUMENT)."""
        if self.get_deferred_fields() & set(self.DOCUMENT):
            self.refresh_from_db(fields=self.DOCUMENT)
        return self.content, self.lists


class Holiday(models.Model):
    """A day off, or a weekend day that is worked in exchange. What the calendar says beats any library."""

    class Kind(models.TextChoices):
        OFF = "off", _("nghỉ")
        WORKING = "working", _("làm bù")

    date = models.DateField(_("ngày"))
    kind = models.CharField(_("loại"), max_length=10, choices=Kind.choices, default=Kind.OFF)
    name = models.CharField(_("tên"), max_length=120)
    source = models.CharField(_("căn cứ"), max_length=200, blank=True)
    confirmed = models.BooleanField(_("đã xác nhận"), default=False)
    # A day of one unit alone (a local festival, a flood); it beats the day of all units.
    agency = models.ForeignKey(
        Agency, models.CASCADE, null=True, blank=True, related_name="holidays", verbose_name=_("riêng cho cơ quan")
    )

    class Meta:
        verbose_name = _("ngày nghỉ, làm bù")
        verbose_name_plural = _("ngày nghỉ, làm bù")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["date"], condition=models.Q(agency=None), name="holiday_once"),
            models.UniqueConstraint(fields=["date", "agency"], name="holiday_once_an_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"


class WorkingBlock(models.Model):
    """Hours that the desks work, one block of one weekday; of a season when the town has summer and winter hours.

    Blocks of an agency replace those of all agencies. Without any row the hours are settings.OFFICE_HOURS.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("thứ Hai")
        TUESDAY = 1, _("thứ Ba")
        WEDNESDAY = 2, _("thứ Tư")
        THURSDAY = 3, _("thứ Năm")
        FRIDAY = 4, _("thứ Sáu")
        SATURDAY = 5, _("thứ Bảy")
        SUNDAY = 6, _("Chủ nhật")

    agency = models.ForeignKey(
        Agency, models.CASCADE, null=True, blank=True, related_name="working_blocks", verbose_name=_("cơ quan")
    )
    weekday = models.PositiveSmallIntegerField(_("ngày trong tuần"), choices=Weekday.choices)
    opens = models.TimeField(_("từ giờ"))
    closes = models.TimeField(_("đến giờ"))
    # "MM-DD", every year; both empty for the whole year. A season may run over New Year.
    season_from = models.CharField(_("mùa, từ ngày (MM-DD)"), max_length=5, blank=True)
    season_to = models.CharField(_("mùa, đến ngày (MM-DD)"), max_length=5, blank=True)

    class Meta:
        verbose_name = _("giờ làm việc")
        verbose_name_plural = _("giờ làm việc")
        ordering = ["agency", "weekday", "opens"]
        constraints = [models.CheckConstraint(condition=models.Q(opens__lt=models.F("closes")), name="block_runs_on")]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class CatalogueVersion(models.Model):
    """One row: a number that goes up with every change of what the public pages show."""

    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    # What a catalogue folder says and no table holds: about.yaml, further keys at the top of the other files.
    rest = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def lock(cls) -> CatalogueVersion:
        """The row under its lock: changes of the catalogue follow each other. Take it before rows of procedures."""
        cls.objects.get_or_create(pk=1)
        return cls.objects.select_for_update().get(pk=1)

    @classmethod
    def bump(cls) -> None:
        """Makes every kept page stale; call it inside the transaction of the change."""
        cls.objects.get_or_create(pk=1)
        cls.objects.filter(pk=1).update(number=models.F("number") + 1, changed_at=timezone.now())

    @classmethod
    def current(cls) -> int:
        return cls.objects.filter(pk=1).values_list("number", flat=True).first() or 0
