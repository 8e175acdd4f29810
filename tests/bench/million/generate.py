"""Fills an empty portal with submissions as a town has them, inside PostgreSQL: seeded, in the order of filing.

The catalogue is loaded before. 98 of 100 are closed; the open ones are the youngest. Dates are those of three years
up to today, promised days are counted in calendar days: nothing here is a test of the clock.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import transaction

from portal.lib import text
from procedures.models import Agency, Procedure
from submissions.models import Officer, Submission
from submissions.states import Role
from tests.bench.million import around, people, sql

SLOTS, NAMES, PERSONS = 1000, 20_000, 400_000
DAYS = 3 * 365
OFFICERS = ((Role.RECEPTION,), (Role.SPECIALIST,), (Role.SPECIALIST,), (Role.LEADER, Role.SPECIALIST))
CITIZENS = 200


@dataclass(frozen=True)
class Made:
    """The submissions are `first` … `first + rows - 1`, in the order of filing."""

    first: int
    rows: int


def generate(rows: int = 1_000_000, *, open_ones: int = 20_000, seed: int = 4) -> Made:
    """About `open_ones` of the rows are open. Tables are analysed afterwards, and vacuumed by the caller if at all."""
    rng = random.Random(seed)
    with transaction.atomic():
        sql.run("set local jit = off")
        sql.run("set local work_mem = '256MB'")
        sql.run("set local maintenance_work_mem = '512MB'")
        _pick_function(seed)
        _desks(rng)
        _people(rng)
        _officers()
        _citizens()
        # Keys follow on those that are there.
        first = sql.rows("select coalesce(max(id), 0) + 1 from submissions_submission")[0][0]
        _cases(rows, open_ones, first)
        with sql.without_indexes(Submission, *around.TABLES):
            _submissions()
            around.fill()
            _keys_go_on()
            _drafts(rows)
        for table in ("cases", "desks", "people", "holders", "citizens"):
            sql.run(f"drop table pg_temp.{table}")
    return Made(first, rows)


# --- what submissions are made of ----------------------------------------------------------------


def _pick_function(seed: int) -> None:
    """pick(n, salt, size): always the same number from 0 to size - 1 for the same case and purpose."""
    sql.run(
        "create or replace function pg_temp.pick(n bigint, salt int, size int) returns int immutable language sql as"
        f" $$ select (abs(hashint8extended(n, {seed}::bigint * 1000 + salt) % size))::int $$"
    )


def _desks(rng: random.Random) -> None:
    """1,000 slots of procedure and unit: much-used procedures have many."""
    places = [
        (procedure.pk, procedure.published_id, agency.pk, agency.identifier, procedure.level)
        for procedure in Procedure.objects.exclude(published=None).order_by("code")
        for agency in procedure.agencies().order_by("order", "pk")
    ]
    weights = [1 / (1 + place % 23) for place in range(len(places))]
    chosen = [*places, *rng.choices(places, weights, k=max(0, SLOTS - len(places)))][:SLOTS]
    sql.run(
        "create temp table desks (slot int primary key, procedure int, revision int, agency int, identifier text,"
        " level int, days int)"
    )
    for slot, place in enumerate(chosen):
        sql.run("insert into desks values (%s, %s, %s, %s, %s, %s, %s)", (slot, *place, rng.choice((1, 4, 7, 14, 28))))


def _people(rng: random.Random) -> None:
    names = people.crowd(NAMES, rng)
    sql.run(
        "create temp table people as select number - 1 as number, name, folded from unnest(%s::text[], %s::text[])"
        " with ordinality as p(name, folded, number)",
        (names, [text.fold(name) for name in names]),
    )
    sql.run("create unique index on people (number)")


def _officers() -> None:
    """Four at every unit that has procedures, made when there are none; `holders` are those who work on files."""
    units = Agency.objects.filter(pk__in=[row[0] for row in sql.rows("select distinct agency from desks")])
    for agency in units.exclude(officers__isnull=False):
        for number, roles in enumerate(OFFICERS):
            user = get_user_model().objects.create(
                username=f"bench-{agency.slug}-{number}", full_name=f"Cán bộ {number + 1}", is_staff=True
            )
            Officer.objects.create(user=user, agency=agency, roles=[r.value for r in roles])
    sql.run(
        "create temp table holders as select agency_id as agency, array_agg(id order by id) as officers,"
        " count(*)::int as many from submissions_officer group by agency_id"
    )


def _citizens() -> None:
    users = get_user_model().objects
    missing = range(users.filter(username__startswith="bench-dan-").count(), CITIZENS)
    users.bulk_create(users.model(username=f"bench-dan-{n}", full_name=f"Người dân {n}") for n in missing)
    sql.run(
        "create temp table citizens as select array_agg(id order by id) as users"
        f" from {users.model._meta.db_table} where username like 'bench-dan-%'"
    )


# --- the cases: one row each, everything else follows from it ------------------------------------

SIGNS = "346789ACDEFGHJKMNPQRTWXY"
OPEN_STATE = """case when p < 10 then 'SUBMITTED' when p < 20 then 'AWAITING_SUPPLEMENT' when p < 30 then 'RECEIVED'
    when p < 72 then 'IN_PROGRESS' when p < 82 then 'AWAITING_APPROVAL' else 'RESULT_READY' end"""
CLOSED_STATE = """case when p < 920 then 'HANDED_OVER' when p < 950 then 'REFUSED' when p < 970 then 'WITHDRAWN'
    when p < 990 then 'DECLINED' else 'STOPPED' end"""


def _cases(rows: int, open_ones: int, first: int) -> None:
    """Eight of ten among the youngest are open."""
    youngest = rows - open_ones * 5 // 4
    # A number prime to 24^8 spreads the references over all that are possible, none twice.
    signs = " || ".join(
        f"substr('{SIGNS}', (spread / {24**place} % 24)::int + 1, 1)" + (" || '-'" if place == 3 else "")
        for place in range(8)
    )
    sql.run(
        f"""
        create temp table cases as
        with drawn as (
            select n, {first} + n - 1 as id, pg_temp.pick(n, 1, {SLOTS}) as slot,
                   pg_temp.pick(n, 2, {PERSONS}) as person, pg_temp.pick(n, 3, 100) as way,
                   n > {youngest} and pg_temp.pick(n, 4, 5) > 0 as is_open,
                   current_date - {DAYS} + (n * {DAYS} / {rows})::int as day,
                   mod(n::numeric * 77232917 * 1009, {24**8})::bigint as spread
            from generate_series(1, {rows}) n
        ), placed as (
            select *, {signs} as reference,
                   case when level >= 3 and way < 55 then 'online' when way < 95 then 'counter' else 'post' end
                   as channel
            from drawn join desks using (slot)
        ), timed as (
            select *, least(now() - pg_temp.pick(n, 5, 7200) * interval '1 second',
                (day + case when channel = 'online' then 0 else greatest(extract(isodow from day)::int - 5, 0) end
                 + time '07:00' + pg_temp.pick(n, 6, 36000) * interval '1 second') at time zone 'Asia/Ho_Chi_Minh'
            ) as filed from placed
        ), stated as (
            select timed.*, case when is_open
                then (select {OPEN_STATE} from (select pg_temp.pick(n, 7, 100)) x(p))
                else (select {CLOSED_STATE} from (select pg_temp.pick(n, 7, 1000)) x(p)) end as state
            from timed
        ), received as (
            select *, case when state in ('SUBMITTED', 'REFUSED') then null else least(now(), filed
                + case when channel = 'online' then pg_temp.pick(n, 8, 28800) else pg_temp.pick(n, 8, 600) end
                * interval '1 second') end as received from stated
        ), promised as (
            select *, (received at time zone 'Asia/Ho_Chi_Minh')::date as received_on,
                   (received at time zone 'Asia/Ho_Chi_Minh')::date + days as due from received
        ), ended as (
            select *, case when state in ('HANDED_OVER', 'DECLINED', 'STOPPED', 'RESULT_READY', 'WITHDRAWN')
                then least(current_date, case when pg_temp.pick(n, 9, 100) < 70
                    then due - pg_temp.pick(n, 10, days) when pg_temp.pick(n, 9, 100) < 97 then due
                    else due + 1 + pg_temp.pick(n, 10, 9) end) end as ended_on from promised
        )
        select *, case when ended_on is not null then
                   least(now(), greatest(received, (ended_on + time '15:00') at time zone 'Asia/Ho_Chi_Minh'))
               end as finished,
               case when received is not null and way % 12 = 0 then 1 else 0 end
               + case when state = 'AWAITING_SUPPLEMENT' then 1 else 0 end as rounds,
               case when received is not null then identifier || to_char(received_on, '-YYMMDD-') || lpad(
                   row_number() over (partition by identifier, received_on order by received, n)::text, 4, '0')
               end as code
        from ended
        """
    )
    sql.run("create unique index on cases (n)")
    sql.run("analyze cases")
    sql.run("analyze people")


PHONE = "'09' || lpad((person::bigint * 977 % 100000000)::text, 8, '0')"
ID_NUMBER = "'042' || person % 2 || lpad((40 + person % 65)::text, 2, '0') || lpad((person % 1000000)::text, 6, '0')"
FEES = """[{"name": "Lệ phí", "kind": "le_phi", "amount": 10000, "unit": "lần", "exemption": ""}]"""
ANSWERS = """jsonb_build_object('full_name', name, 'birth_date', '1988-02-03', 'place', 'Tổ dân phố ' || n % 12,
    'reason', 'Bổ sung hồ sơ xin việc làm', 'copies', n % 4, 'wants_copy', true, 'relatives',
    jsonb_build_array(jsonb_build_object('name', name, 'year', 1950 + n % 70)))"""
CLOSED = "state in ('HANDED_OVER', 'REFUSED', 'WITHDRAWN', 'DECLINED', 'STOPPED')"


def _submissions() -> None:
    searched = f"""' ' || folded || ' ' || lower(replace(reference, '-', ''))
        || coalesce(' ' || lower(translate(code, '-.', '')), '') || ' ' || {ID_NUMBER} || ' ' || {PHONE}"""
    source = "cases join people on people.number = person % 20000 left join holders using (agency), citizens"
    sql.fill(
        Submission,
        f"{source} order by n",
        id="cases.id", draft_key="'bench-' || cases.id", reference="reference", dossier_code="code", state="state",
        tracking_secret="upper(substr(md5(n::text), 1, 14))", version="2", procedure="procedure", revision="revision",
        agency="agency", channel="channel", applicant_name="name", applicant_id_number=ID_NUMBER,
        applicant_phone=PHONE, applicant_address="'Tổ dân phố ' || n % 12 || ', phường Bắc Hồng'", answers=ANSWERS,
        fees=f"'{FEES}'::jsonb", created_at="filed - interval '20 minutes'", saved_at="filed", submitted_at="filed",
        account="case when channel = 'online' and way < 5 then users[1 + pg_temp.pick(n, 11, 200)] end",
        received_at="received", original_due_on="due", due_on="due + case when way = 77 then 5 else 0 end",
        extended_at="case when way = 77 then received + interval '1 day' end", ended_on="ended_on",
        finished_at="case when state in ('HANDED_OVER', 'RESULT_READY') then finished end",
        handed_over_at="case when state = 'HANDED_OVER' then least(now(), finished"
        " + pg_temp.pick(n, 12, 5) * interval '1 day') end",
        handed_over_how="case when state = 'HANDED_OVER' then 'counter' else '' end",
        closed_at=f"case when {CLOSED} then coalesce(finished, filed + interval '5 hours') end",
        reply_by="case when channel = 'online' then filed + interval '1 day' end", replied_at="received",
        rounds="rounds", asked_at="case when state = 'AWAITING_SUPPLEMENT' then received + interval '1 hour' end",
        is_back="is_open and rounds = 1 and state in ('RECEIVED', 'IN_PROGRESS')",
        unread_since="case when is_open and way = 3 then filed + interval '1 hour' end",
        assignee="case when state not in ('SUBMITTED', 'REFUSED') then officers[1 + pg_temp.pick(n, 13, many)] end",
        search_text=searched,
    )  # fmt: skip


def _keys_go_on() -> None:
    table = Submission._meta.db_table
    sql.run(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")


def _drafts(rows: int) -> None:
    """What people have begun, and what editors try."""
    said = {
        "draft_key": "'bench-draft-' || k", "procedure": "procedure", "revision": "revision", "agency": "agency",
        "saved_at": "now() - pg_temp.pick(k, 20, 2000000) * interval '1 second'", "created_at": "now()",
    }  # fmt: skip
    some = f"generate_series(1, {max(rows // 300, 10)}) k join desks on slot = k % {SLOTS}"
    sql.fill(Submission, some, **said)
    tried = f"generate_series(1, 20) k join desks on slot = k % {SLOTS}"
    sql.fill(
        Submission, tried,
        **{**said, "draft_key": "'bench-trial-' || k", "reference": "'THU' || k || '-BENCH'", "is_rehearsal": "true",
           "state": "'SUBMITTED'", "submitted_at": "now()"},
    )  # fmt: skip
