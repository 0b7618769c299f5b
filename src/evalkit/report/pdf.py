"""The report's page as a tagged PDF."""

from __future__ import annotations

import logging

from evalkit.errors import EvalkitError

_MISSING = (
    "report.pdf: the PDF needs Pango, which is not installed here: install it (Debian: "
    "apt install libpango-1.0-0 libpangoft2-1.0-0; macOS: brew install pango), or leave "
    "--to pdf out"
)


def render_pdf(page: str) -> bytes:
    """Render a page as PDF/UA-1: tagged, with bookmarks, language and title.

    The same page gives the same bytes. Where Pango is missing, `EvalkitError` says so.
    """
    try:
        from weasyprint import HTML
    except OSError as error:
        raise EvalkitError(_MISSING) from error
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    written: bytes = HTML(string=page, url_fetcher=_refuse).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=b"evalkit"
    )
    return written


def _refuse(url: str, *_: object, **__: object) -> dict[str, object]:
    """Fetch nothing: what a page needs is in it."""
    if url.startswith("data:"):
        from weasyprint import default_url_fetcher

        fetched: dict[str, object] = default_url_fetcher(url)
        return fetched
    raise ValueError(f"{url}: a report asks nothing of the network")
