"""Outbox rows: written with the change, gone with it, one for every person and channel."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.db import transaction

from procedures.models import Agency
from submissions import notices, rules, workflow
from submissions.errors import ChangedMeanwhile
from submissions.models import Notice, Officer, Submission
from submissions.notices import recipients
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, SubmissionFactory, UserFactory, clerk

pytestmark = pytest.mark.django_db
RECEPTION, SPECIALIST, LEADER = Role.RECEPTION.value, Role.SPECIALIST.value, Role.LEADER.value


@pytest.fixture
def ward() -> Agency:
    return AgencyFactory(parent=AgencyFactory(town=True))


def officer(agency: Agency, *roles: str, email: str = "") -> Officer:
    return OfficerFactory(agency=agency, roles=list(roles), user=UserFactory(email=email) if email else UserFactory())


def written(submission: Submission, verb: str) -> list[tuple[str, str, str, str]]:
    """Kind, audience, channel and recipient of what the last event of the verb gave rise to."""
    event = submission.events.filter(verb=verb).order_by("-number").first()
    rows = Notice.objects.filter(event=event).order_by("kind", "channel", "recipient")
    return list(rows.values_list("kind", "audience", "channel", "recipient"))


# --- who is told ---------------------------------------------------------------------------------


def test_a_filing_tells_the_citizen_twice_and_every_receptionist_once(ward):
    officer(ward, RECEPTION, email="mot.cua@example.vn")
    officer(ward, SPECIALIST, LEADER, email="chuyen.mon@example.vn")
    submission = SubmissionFactory(agency=ward, via="submit")
    assert written(submission, "submit") == [
        ("staff_new_filing", "staff", "email", f"can-bo-{ward.slug}@example.vn"),
        ("staff_new_filing", "staff", "email", "mot.cua@example.vn"),
        ("submitted", "citizen", "email", "binh@example.vn"),
        ("submitted", "citizen", "sms", "0912345678"),
    ]


@pytest.mark.parametrize(
    ("state", "verb", "kind"),
    [
        (State.RECEIVED, "receive", "received"),
        (State.REFUSED, "refuse", "refused"),
        (State.AWAITING_SUPPLEMENT, "request_supplement", "supplement_requested"),
        (State.WITHDRAWN, "withdraw", "withdrawn"),
        (State.IN_PROGRESS, "start", "started"),
        (State.RESULT_READY, "finish", "result_ready"),
        (State.DECLINED, "decline", "declined"),
        (State.STOPPED, "stop", "stopped"),
        (State.HANDED_OVER, "hand_over", "handed_over"),
    ],
)
def test_the_citizen_hears_of_every_public_change(ward, state, verb, kind):
    submission = SubmissionFactory(agency=ward, at=state)
    told = [row for row in written(submission, verb) if row[1] == "citizen"]
    assert told == [(kind, "citizen", "email", "binh@example.vn"), (kind, "citizen", "sms", "0912345678")]


@pytest.mark.parametrize(
    ("phone", "email", "expected"),
    [
        ("0912345678", "", ["sms"]),
        ("+84 912 345 678", "", ["sms"]),
        ("0239 3835356", "a@example.vn", ["email"]),
        ("", "", []),
    ],
)
def test_only_channels_that_reach_the_citizen(ward, phone, email, expected):
    submission = SubmissionFactory(agency=ward, via="submit")
    submission.applicant_phone, submission.applicant_email = phone, email
    assert [a.channel for a in recipients.citizen(submission)] == expected


def test_no_sms_is_written_when_sms_is_switched_off(ward, settings):
    settings.SMS_BACKEND = "none"
    submission = SubmissionFactory(agency=ward, via="submit")
    assert [row[2] for row in written(submission, "submit") if row[1] == "citizen"] == ["email"]


def test_the_number_is_written_as_ten_digits(ward):
    submission = SubmissionFactory(agency=ward, via="submit")
    submission.applicant_phone = "+84 912.345.678"
    assert recipients.citizen(submission)[1] == recipients.Address("sms", "0912345678")


def test_a_supplement_goes_to_the_officer_who_has_the_file(ward):
    has_it = officer(ward, SPECIALIST, email="phu.trach@example.vn")
    officer(ward, RECEPTION, email="mot.cua@example.vn")
    submission = SubmissionFactory(agency=ward, via="submit")
    event = submission.events.get()
    submission.assignee = has_it
    assert [a.recipient for a in recipients.assignee_or_reception(submission, event)] == ["phu.trach@example.vn"]


@pytest.mark.parametrize("leaves", ["officer", "user", "nobody has it"])
def test_without_a_working_assignee_the_desk_is_told(ward, leaves):
    has_it = officer(ward, SPECIALIST, email="phu.trach@example.vn")
    submission = SubmissionFactory(agency=ward, via="submit")
    submission.assignee = None if leaves == "nobody has it" else has_it
    has_it.is_active = leaves != "officer"
    has_it.user.is_active = leaves != "user"
    told = recipients.assignee_or_reception(submission, submission.events.get())
    assert [a.recipient for a in told] == [f"can-bo-{ward.slug}@example.vn"]


def test_an_assigned_officer_is_told_unless_it_is_oneself(ward):
    leader, other = officer(ward, LEADER, email="lanh.dao@example.vn"), officer(ward, SPECIALIST, email="b@example.vn")
    submission = SubmissionFactory(agency=ward, at=State.RECEIVED)
    workflow.assign(submission.pk, by=rules.officer_actor(leader), to=other)
    assert written(submission, "assign") == [("staff_assigned", "staff", "email", "b@example.vn")]
    workflow.assign(submission.pk, by=rules.officer_actor(leader), to=leader)
    assert written(submission, "assign") == []


def test_notes_and_taking_a_file_tell_nobody(ward):
    submission = SubmissionFactory(agency=ward, via="submit")
    before = Notice.objects.count()
    workflow.take(submission.pk, by=rules.officer_actor(clerk(ward)))
    workflow.add_note(submission.pk, by=rules.officer_actor(clerk(ward)), note="Đã gọi điện.")
    assert Notice.objects.count() == before


def test_a_proposal_tells_the_other_leaders(ward):
    officer(ward, LEADER, email="chu.tich@example.vn")
    officer(ward, RECEPTION, SPECIALIST, email="khong.ky@example.vn")
    submission = SubmissionFactory(agency=ward, at=State.AWAITING_APPROVAL)  # proposed by clerk(), who is a leader too
    assert written(submission, "propose") == [("staff_proposed", "staff", "email", "chu.tich@example.vn")]


def test_what_a_leader_sends_back_tells_the_assignee(ward):
    leader = officer(ward, LEADER)
    submission = SubmissionFactory(agency=ward, at=State.AWAITING_APPROVAL)
    workflow.send_back(submission.pk, by=rules.officer_actor(leader), reason="Thiếu ý kiến của địa chính.")
    assert written(submission, "send_back") == [("staff_sent_back", "staff", "email", f"can-bo-{ward.slug}@example.vn")]


def test_an_approval_and_an_extension_tell_the_citizen(ward):
    leader = rules.officer_actor(officer(ward, LEADER))
    submission = SubmissionFactory(agency=ward, at=State.AWAITING_APPROVAL)
    later = submission.due_on + datetime.timedelta(days=7)  # the same weekday
    workflow.extend(submission.pk, by=leader, reason="Chờ đo đạc lại.", new_due_on=later)
    assert [row[0] for row in written(submission, "extend")] == ["extended", "extended"]
    workflow.approve(submission.pk, by=leader, result_note="Đã cấp.")
    assert [row[0] for row in written(submission, "approve")] == ["result_ready", "result_ready"]


# --- officers of the right agency ----------------------------------------------------------------


@pytest.fixture
def town() -> Iterator[dict[str, Officer]]:
    """A town with its centre, a department and two wards, one receptionist each."""
    town = AgencyFactory(town=True, slug="thi-xa")
    centre = AgencyFactory(centre=True, parent=town, slug="trung-tam")
    department = AgencyFactory(kind=Agency.Kind.DEPARTMENT, parent=town, slug="phong")
    wards = [AgencyFactory(parent=town, slug=slug) for slug in ("bac", "nam")]
    return {a.slug: officer(a, RECEPTION) for a in (town, centre, department, *wards)}


@pytest.mark.parametrize(
    ("filed_at", "told"),
    [
        ("thi-xa", {"thi-xa", "trung-tam", "phong"}),
        ("trung-tam", {"thi-xa", "trung-tam"}),
        ("bac", {"bac"}),
    ],
)
def test_officers_of_the_scope_and_no_others(town, filed_at, told):
    found = notices.officers_with(town[filed_at].agency, RECEPTION)
    assert {o.agency.slug for o in found} == told
    assert {o.pk for o in found} == {o.pk for o in town.values() if town[filed_at].agency_id in o.scope}


def test_officers_who_left_or_hold_other_roles_are_not_told(ward):
    officer(ward, LEADER)
    gone = officer(ward, RECEPTION)
    Officer.objects.filter(pk=gone.pk).update(is_active=False)
    locked = officer(ward, RECEPTION)
    locked.user.is_active = False
    locked.user.save()
    here = officer(ward, RECEPTION)
    assert notices.officers_with(ward, RECEPTION) == [here]


def test_two_officers_with_one_mailbox_get_one_mail(ward):
    for _officer in range(2):
        officer(ward, RECEPTION, email="mot.cua@example.vn")
    officer(ward, RECEPTION).user.email = ""
    submission = SubmissionFactory(agency=ward, via="submit")
    assert [row[3] for row in written(submission, "submit")].count("mot.cua@example.vn") == 1


# --- together with the change --------------------------------------------------------------------


def test_rows_are_rolled_back_with_the_change(ward):
    submission = SubmissionFactory(agency=ward, via="submit")
    before = Notice.objects.count()
    with transaction.atomic():
        workflow.receive(submission.pk, by=rules.officer_actor(clerk(ward)))
        assert Notice.objects.count() == before + 2
        transaction.set_rollback(True)
    submission.refresh_from_db()
    assert (submission.state, Notice.objects.count()) == (State.SUBMITTED, before)


def test_a_refused_act_writes_nothing(ward):
    submission = SubmissionFactory(agency=ward, via="submit")
    before = Notice.objects.count()
    with pytest.raises(ChangedMeanwhile):
        workflow.receive(submission.pk, by=rules.officer_actor(clerk(ward)), version=submission.version + 1)
    assert Notice.objects.count() == before


def test_a_repeated_act_and_a_repeated_call_tell_nobody_again(ward):
    submission = SubmissionFactory(agency=ward, via="submit")
    by, version = rules.officer_actor(clerk(ward)), submission.version
    workflow.receive(submission.pk, by=by, version=version)
    before = Notice.objects.count()
    received = workflow.receive(submission.pk, by=by, version=version)
    notices.queue_for(received, received.events.get(verb="receive"))
    assert Notice.objects.count() == before


def test_keys_name_event_kind_channel_and_nobody(ward):
    submission = SubmissionFactory(agency=ward, via="submit")
    event = submission.events.get()
    keys = set(Notice.objects.filter(event=event, audience="citizen").values_list("once_key", flat=True))
    assert keys == {
        f"event-{event.pk}:submitted:email:ae641fd2d77d2b65",
        f"event-{event.pk}:submitted:sms:20faf05baccf8a47",
    }


def test_telling_of_a_filing_costs_few_queries(ward, django_assert_num_queries):
    for _officer in range(3):
        officer(ward, RECEPTION)
    submission = SubmissionFactory(agency=ward, via="submit")
    event = submission.events.get()
    Notice.objects.all().delete()
    fresh = Submission.objects.select_related("procedure", "revision", "agency").get(pk=submission.pk)
    # officers, the desk's hours, the rows
    with django_assert_num_queries(3):
        notices.queue_for(fresh, event)
    assert Notice.objects.count() == 6


# --- messages without an event -------------------------------------------------------------------


def test_a_reminder_is_written_once_an_occasion(ward):
    mine = officer(ward, SPECIALIST, email="phu.trach@example.vn")
    submission = SubmissionFactory(agency=ward, at=State.IN_PROGRESS)
    written_ = [
        notices.remind([notices.Reminder(submission, kind, [mine], once)])
        for kind, once in (
            ("staff_due_soon", "day-1"),
            ("staff_due_soon", "day-1"),
            ("staff_overdue", "day-1"),
            ("staff_due_soon", "day-2"),
        )
    ]
    assert written_ == [1, 0, 1, 1]


def test_an_occasion_is_told_to_the_citizen_once(ward):
    submission = SubmissionFactory(agency=ward, via="submit")
    assert notices.tell_citizen(submission, "supplemented", once="thu-1", event=submission.events.get()) == 2
    assert notices.tell_citizen(submission, "supplemented", once="thu-1", event=submission.events.get()) == 0
    assert notices.tell_citizen(submission, "supplemented", once="thu-2", event=submission.events.get()) == 2
