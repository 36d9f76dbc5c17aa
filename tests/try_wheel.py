"""Build the wheel, install it into an empty virtual environment; synthesize and lint the sample app with it, far from here.

Run by `make wheel`. No test of pytest: it installs the AWS CDK once more, which takes half a minute.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHECK = """
import json, pathlib, ses_email_auth
assert "site-packages" in ses_email_auth.__file__, ses_email_auth.__file__
(template,) = pathlib.Path("cdk.out").glob("*.template.json")
types = [resource["Type"] for resource in json.loads(template.read_text())["Resources"].values()]
assert types.count("AWS::SES::EmailIdentity") == 1 and types.count("AWS::Route53::RecordSet") == 7, types
"""


def main() -> None:
    """Do it, and say what was seen."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _run(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT), cwd=folder)
        (wheel,) = folder.glob("*.whl")
        files = zipfile.ZipFile(wheel).namelist()
        _expect("ses_email_auth/py.typed" in files, "py.typed is not in the wheel")
        packed = {file for file in files if ".dist-info/" not in file}
        source = {
            str(path.relative_to(ROOT)) for path in (ROOT / "ses_email_auth").rglob("*") if path.suffix in {".py", ".typed"}
        }
        _expect(packed == source, f"wheel and source differ in {sorted(packed ^ source)}; an old build folder? try: make clean")
        _run(sys.executable, "-m", "venv", str(folder / "venv"), cwd=folder)
        python = str(folder / "venv" / "bin" / "python")
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel), cwd=folder)
        shutil.copy(ROOT / "app.py", folder)
        _run(python, "app.py", cwd=folder, CDK_OUTDIR=str(folder / "cdk.out"))
        _run(python, "-c", CHECK, cwd=folder)
        command = str(folder / "venv" / "bin" / "ses-email-auth")
        told = subprocess.run([command, "lint", "cdk.out"], cwd=folder, capture_output=True, encoding="utf-8", check=False)
        _expect(
            (told.returncode, "ses-email-auth[cli]" in told.stderr) == (2, True), f"without its extra the command says {told}"
        )
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{wheel}[cli]", cwd=folder)
        _run(command, "lint", "cdk.out", cwd=folder)
        sys.stdout.write(f"ok: {wheel.name} installs into an empty environment and synthesizes and lints the sample app\n")


def _run(*command: str, cwd: Path, **environment: str) -> None:
    subprocess.run(command, cwd=cwd, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)


def _expect(met: bool, fault: str) -> None:  # noqa: FBT001 - reads like a sentence
    if not met:
        sys.exit(fault)


if __name__ == "__main__":
    main()
