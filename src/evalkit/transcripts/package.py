"""The ZIP files that .docx, .odt and .xlsx are, looked at before they are opened."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree.ElementTree import Element

from evalkit.errors import UnreadableError
from evalkit.transcripts.source import LARGEST

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def open_package(content: bytes, *, needs: str) -> zipfile.ZipFile:
    """Open a ZIP whose directory declares a sane size and which holds `needs`."""
    if content.startswith(_OLD_OFFICE):
        raise UnreadableError(
            "it is encrypted, or in Word's or Excel's format of before 2007",
            mend="open it, and save it anew without a password",
        )
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableError(
            "the file is damaged (its ZIP directory cannot be read)",
            mend="open it in the program that made it, and save it anew",
        ) from error
    members = package.infolist()
    declared = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if declared > LARGEST or declared > 100 * max(packed, 1):
        raise UnreadableError(
            f"it would unpack to {declared:,} bytes from {len(content):,}",
            mend="a transcript is never that large; check where it came from",
        )
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableError("it is encrypted", mend="save it without a password")
    if needs not in package.namelist():
        raise UnreadableError(
            f"the file is damaged or of another kind ({needs} is missing)",
            mend="open it in the program that made it, and save it anew",
        )
    return package


def refuse_declarations(package: zipfile.ZipFile) -> None:
    """Refuse XML with entities or document types: no word processor writes them."""
    for name in package.namelist():
        content = package.read(name).replace(b"\0", b"")  # UTF-16 too
        is_xml = content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")
        if is_xml and _DECLARATION.search(content):
            raise UnreadableError(
                f"{name} declares XML entities or a document type",
                mend="open it in the program that made it, and save it anew",
            )


def parse_xml(content: bytes) -> Element:
    """Parse XML that may neither declare entities nor refer outside itself."""
    import defusedxml
    import defusedxml.ElementTree

    try:
        root: Element = defusedxml.ElementTree.fromstring(content, forbid_dtd=True)
    except defusedxml.DefusedXmlException as error:
        raise UnreadableError(
            "it declares XML entities or a document type",
            mend="open it in the program that made it, and save it anew",
        ) from error
    return root
