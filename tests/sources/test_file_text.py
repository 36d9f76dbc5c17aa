"""Tests of reading the text of a file, a pipe or standard input."""

from __future__ import annotations

import codecs
import os
from typing import TYPE_CHECKING

import pytest

from ses_email_auth.sources import file_text as file_text_module
from ses_email_auth.sources.file_text import FileText, UnknownFormat, file_text, text_of_file
from ses_email_auth.sources.source_file import UnreadableSource

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20

TEXTS = [
    pytest.param(b"a", FileText("a", is_utf8=True, is_plain=True), id="utf-8"),
    pytest.param(codecs.BOM_UTF8 + b"a", FileText("a", is_utf8=True, is_plain=True), id="byte-order-mark"),
    pytest.param("é".encode("utf-16"), FileText("é", is_utf8=True, is_plain=False), id="utf-16"),
    pytest.param(b"\xe9", FileText("\udce9", is_utf8=False, is_plain=True), id="latin-1"),
    pytest.param(codecs.BOM_UTF8 + b"\xe9", FileText("\udce9", is_utf8=False, is_plain=True), id="broken-after-the-mark"),
    pytest.param(codecs.BOM_UTF16_LE + b"a", FileText("\udcff\udcfea", is_utf8=False, is_plain=False), id="half-a-character"),
]


@pytest.mark.parametrize(("octets", "expected"), TEXTS)
def test_octets_become_text(tmp_path: Path, octets: bytes, expected: FileText) -> None:
    """Octets that are not UTF-8 are kept as lone surrogates."""
    file = tmp_path / "file"
    file.write_bytes(octets)
    assert file_text(str(file)) == expected


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is 64 MiB; no more than that is read."""
    assert file_text_module._MOST_OCTETS == 64 * MIB
    monkeypatch.setattr(file_text_module, "_MOST_OCTETS", 2 * MIB)
    file = tmp_path / "file"
    file.write_bytes(b"a" * (2 * MIB))
    assert len(file_text(str(file)).text) == 2 * MIB
    file.write_bytes(b"a" * (2 * MIB + 1))
    with pytest.raises(UnknownFormat, match="it has more than 2 MiB"):
        file_text(str(file))


def test_only_regular_files_in_utf8_are_taken_from_elsewhere(tmp_path: Path) -> None:
    """Paths that another file names; the error names them."""
    good = tmp_path / "good"
    good.write_text("é", encoding="utf-8")
    assert text_of_file(str(good)) == "é"
    latin = tmp_path / "latin"
    latin.write_bytes(b"\xff\xfe\xff")
    huge = tmp_path / "huge"
    huge.touch()
    os.truncate(huge, 64 * MIB + 1)
    os.mkfifo(tmp_path / "pipe")
    cases = {
        str(tmp_path / "none"): "no such file",
        str(tmp_path): "no regular file",
        str(tmp_path / "pipe"): "no regular file",
        str(latin): "no UTF-8",
        str(huge): "larger",
        "a\0b": "no path",
    }
    for path, reason in cases.items():
        with pytest.raises(UnreadableSource, match=reason) as caught:
            text_of_file(path)
        assert caught.value.path == path
