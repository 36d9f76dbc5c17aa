"""Texts that an attacker puts into records, names and paths."""

from __future__ import annotations

HOSTILE = {
    "escape": "\x1b[2J\x1b]8;;https://evil.example\x07link",
    "c1": "\x9b2J\x85",
    "bidi": "\u202egnp.exe\u202c\u2066\u2069\u200e\u200f\u061c",
    "zero-width": "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg",
    "lines": "a\rb\nc\u2028d\u2029e\x0bf\x0cg",
    "command": "\n::error file=x,line=1::owned\r\n::stop-commands::x",
    "command-at-the-start": "::set-output name=x::y",
    "command-of-old": "##[add-mask]x ##vso[task.setvariable]y ###[error]z ##teamcity[buildStatus]",
    "command-behind-spaces": " \u3000 ::warning::x " + "long " * 14 + "::add-mask::y",
    "surrogate": "a\ud800b\udcffc",
    "filler": "a\u3164b\u2800c\ufe0fd\U000e0101e\u115f",
    "unassigned": "\u0378\ue000\U000e0041\U0010ffff",
    "delete": "\x7f\x00",
    "escapes": "%0A::error::x %25 %",
    "link": "[click](https://evil.example/) [here](1)",
    "markup": "<script>alert(1)</script> | =cmd()",
}
