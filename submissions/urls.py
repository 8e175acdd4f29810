"""Filing, look-up and the pages of a submission (contract section 1)."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from submissions.views import account, declaration, files, kept, lookup, own, papers, start, steps, supplement, verify
from submissions.views import feedback as feedback_views
from submissions.views import messages as message_views
from submissions.views import rating as rating_views
from submissions.views import statistics as statistics_views


class KeyConverter(StringConverter):
    """Codes, keys and tokens as the portal makes them; anything else is not found."""

    regex = "[A-Za-z0-9._:-]+"


register_converter(KeyConverter, "key")

urlpatterns: list[URLPattern] = [
    path("thu-tuc/<key:code>/to-khai/", declaration.declaration, name="declaration"),
    path("to-khai/<str:reference>/", kept.kept_form, name="kept-form"),
    path("nop-ho-so/<key:code>/", start.start, name="filing-start"),
    path("nop-ho-so/<key:code>/<key:draft>/tep/<int:pk>/", files.draft_file, name="draft-file"),
    path(
        "nop-ho-so/<key:code>/<key:draft>/tep/<int:pk>/trang/<int:page>.webp", files.draft_preview, name="draft-preview"
    ),
    path("nop-ho-so/<key:code>/<key:draft>/tiep-tuc/<key:token>/", steps.resume, name="filing-resume"),
    path("nop-ho-so/<key:code>/<key:draft>/<key:step>/", steps.filing_step, name="filing-step"),
    path("ho-so/<str:reference>/", own.submission, name="submission"),
    path("ho-so/<str:reference>/da-gui/", own.done, name="submission-done"),
    path("ho-so/<str:reference>/tep/<int:pk>/", files.submission_file, name="submission-file"),
    path(
        "ho-so/<str:reference>/tep/<int:pk>/trang/<int:page>.webp", files.submission_preview, name="submission-preview"
    ),
    path("ho-so/<str:reference>/giay-to/<int:pk>/", papers.submission_paper, name="submission-paper"),
    path("ho-so/<str:reference>/bo-sung/", supplement.supplement, name="supplement"),
    path("ho-so/<str:reference>/rut/", own.withdraw, name="withdraw"),
    path("ho-so/<str:reference>/trao-doi/", message_views.message, name="message"),
    path("ho-so/<str:reference>/danh-gia/", rating_views.rate_own, name="rate-own"),
    path("danh-gia/<key:token>/", rating_views.rate_by_link, name="rating"),
    path("phan-anh/", feedback_views.send, name="feedback"),
    path("phan-anh/da-tra-loi/", feedback_views.published, name="feedback-published"),
    path("phan-anh/<str:reference>/", feedback_views.own, name="feedback-own"),
    path("thong-ke/", statistics_views.figures, name="statistics"),
    path("thong-ke/qua-han/", statistics_views.overdue_list, name="statistics-overdue"),
    path("thong-ke/qua-han.csv", statistics_views.overdue_csv, name="statistics-overdue-csv"),
    path("thong-ke/<key:table>.csv", statistics_views.table_csv, name="statistics-csv"),
    path("tra-cuu/", lookup.lookup, name="lookup"),
    path("xac-minh/", verify.verify, name="verify"),
    path("tai-khoan/", account.account, name="account"),
]
