"""System checks: what this machine lacks, said when the portal starts."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from portal.lib import pdf


@register()
def pdf_libraries(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Without its libraries WeasyPrint makes no PDF; the portal then serves pages for the browser to print."""
    missing = pdf.missing_libraries()
    if not missing:
        return []
    return [
        Warning(
            "No PDF can be made: forms and papers are shown as pages to print.",
            hint="apt-get install " + " ".join(missing),
            id="portal.W001",
        )
    ]
