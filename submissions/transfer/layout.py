"""What a pack consists of: the names of its members, the columns it carries, and its bounds."""

from __future__ import annotations

FORMAT = "hong-linh-submission"
VERSION = 1

MANIFEST = "manifest.json"
SUBMISSION, REVISION, EVENTS = "submission.json", "revision.json", "events.json"
ANSWERS = "answers.json"
# Written for a reader without the portal; import passes them over.
READABLE = (ANSWERS, "printable.pdf", "printable.html", "form.pdf")
DOCUMENTS = (SUBMISSION, REVISION, EVENTS)
FILES, PAPERS = "files", "papers"

# Bounds of what import reads, bytes. A filing holds 100 MB; rounds of supplements and results come on top.
MOST_MEMBERS = 2000
MOST_BYTES = 4 * 1024**3
MOST_JSON_BYTES = 32 * 1024**2
MANIFEST_BYTES = 1024**2
LONGEST_NAME = 120
DEEPEST = 40

COLUMNS = {
    "submission": (
        "reference dossier_code state version channel answers applicant_name applicant_id_number applicant_phone "
        "applicant_email applicant_address filed_for_other owner_name owner_relation owner_id_number owner_address "
        "authority delivery delivery_name delivery_phone delivery_address papers_in sets fees created_at saved_at "
        "submitted_at received_at original_due_on due_on extended_at finished_at handed_over_at handed_over_how "
        "closed_at reason result_note reply_by replied_at reply_missed is_back rounds asked_at ended_on unread_since "
        "money owed paid_how"
    ).split(),
    "attachment": (
        "purpose key name content_type size sha256 pages order doubts signature purged_at uploaded_at removed_at"
    ).split(),
    "request": (
        "round stage from_state documents fields message requested_at answer_by old_answers answered_at"
    ).split(),
    "event": (
        "number verb from_state to_state actor_label at note is_public data previous_hash hash"
    ).split(),
    "paper": "kind number paper_set content sha256 issued_at file_sha256 size pages drawn_at".split(),
    "letter": "number symbol year content sha256 issued_at".split(),
    "message": "text at read_at".split(),
    "rating": "grade answers words at".split(),
    "revision": (
        "number content lists digest created_at published_at note reason legal_document"
    ).split(),
}  # fmt: skip

# Columns of the submission that packs of earlier versions of the portal do not have; the log says them too.
LATER = (
    *("reply_by", "replied_at", "reply_missed", "is_back", "rounds", "asked_at", "ended_on", "unread_since"),
    *("money", "owed", "paid_how"),
)

# Columns that do not travel, each with the reason; a test holds both tables against the models.
LEFT_BEHIND = {
    "submission": {
        "id": "key",
        "draft_key": "opens the draft in the browser that made it",
        "tracking_secret": "the applicant's own; travels only when the operator asks for it",
        "typed": "empty once filed",
        "account": "accounts stay with their portal",
        "is_rehearsal": "rehearsals are never exported",
        "search_text": "made again",
        "procedure": "in revision.json",
        "revision": "in revision.json",
        "agency": "by slug and identifier",
        "assignee": "as words",
        "entered_by": "as words",
    },
    "attachment": {
        "id": "key",
        "submission": "key",
        "file": "a member of the pack",
        "pending": "what is not sent yet stays with the applicant",
        "supplement": "by round",
        "made_from": "by place in the list",
    },
    "request": {
        "id": "key",
        "submission": "key",
        "requested_by": "as words",
        "typed": "what is not sent yet stays with the applicant",
    },
    "event": {"id": "key", "submission": "once for the log", "actor": "a number, for the check of the chain alone"},
    "paper": {
        "id": "key",
        "submission": "key",
        "event": "by number",
        "file": "a member of the pack",
        "claimed_at": "work in hand",
        "attempts": "work in hand",
        "error": "work in hand",
    },
    "letter": {
        "id": "key",
        "submission": "key",
        "template": "its words are in the content",
        "agency": "that of the submission",
        "issued_by": "as words",
        "attachment": "by place in the list",
    },
    "message": {"id": "key", "submission": "key", "officer": "as words"},
    "rating": {"id": "key", "submission": "key"},
    "revision": {
        "id": "key",
        "procedure": "beside it",
        "state": "retired where it arrives",
        "based_on": "key",
        "edited_by": "accounts stay with their portal",
        "edited_at": "work in hand",
        "version": "work in hand",
    },
}
