"""Which papers of a dossier the procedure's own form prints as a blank."""

from procedures.spec import Document, ProcedureSpec

# The key of the blank form when no paper of the dossier stands for it.
FORM_KEY = "to-khai"
LOWEST_LEVEL = 2


def _is_the_form(spec: ProcedureSpec, document: Document) -> bool:
    if any(d.produced_by_form for d in spec.documents):
        return document.produced_by_form
    return spec.form is not None and document.template_name == spec.form.title


def keys(spec: ProcedureSpec) -> list[str]:
    """Keys for `/thu-tuc/<code>/bieu-mau/<key>.pdf`; empty below level 2 and without a form."""
    if spec.level < LOWEST_LEVEL or spec.form is None:
        return []
    return [d.key for d in spec.documents if _is_the_form(spec, d)] or [FORM_KEY]
