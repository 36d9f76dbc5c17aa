"""Put the OpenSPF suite for RFC 7208 into a folder: `fetch_openspf.py OUTDIR`.

The suite (BSD licence) is in the source distribution of pyspf; it is not ours to ship. A file that is there already is
left alone if it is the right one.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PYSPF = "pyspf==2.0.14"
MEMBER = "pyspf-2.0.14/test/rfc7208-tests.yml"
SHA256 = "901f561a6e2b1c1590a40a61b1ac7601226fd7045a7aae591a4d25421358d6f9"


def fetch(folder: Path) -> Path:
    """Download the sdist and take one file out of it; returns where it is."""
    target = folder / Path(MEMBER).name
    if target.is_file() and _digest(target.read_bytes()) == SHA256:
        return target
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-binary",
            ":all:",
            "--dest",
            scratch,
            PYSPF,
        ]
        subprocess.run(command, check=True)
        (archive,) = Path(scratch).glob("*.tar.gz")
        with tarfile.open(archive) as sdist:
            member = sdist.extractfile(MEMBER)  # read, not unpacked: no path in the archive is trusted
            suite = b"" if member is None else member.read()
    if _digest(suite) != SHA256:
        message = f"{MEMBER} of {PYSPF} is not the file that the tests were written for"
        raise SystemExit(message)
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(suite)
    return target


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    fetch(Path(sys.argv[1]))
