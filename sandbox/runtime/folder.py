"""Where the sandbox keeps what must outlive a command."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.runtime.errors import SandboxBusyError

PROJECT_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Folder:
    """The state folder: `.sandbox` in the project's root, or another one, as the tests use."""

    path: Path

    @classmethod
    def chosen(cls) -> Folder:
        """Return the folder that the variable SANDBOX_DIR names, else `.sandbox`."""
        return cls(Path(os.environ.get("SANDBOX_DIR") or PROJECT_ROOT / ".sandbox").resolve())

    @property
    def endpoints(self) -> Path:
        """JSON: the URLs of the running servers, their process ids, and who started them."""
        return self.path / "endpoints.json"

    @property
    def aws(self) -> Path:
        """The local AWS's state."""
        return self.path / "aws"

    @property
    def mediaconvert(self) -> Path:
        """The MediaConvert endpoint's jobs and scratch files."""
        return self.path / "mediaconvert"

    @property
    def certificate(self) -> Path:
        """The local AWS's certificate, and the authority that clients trust."""
        return self.path / "certificate"

    @property
    def faults(self) -> Path:
        """JSON: the faults that both servers inject; none where the file is missing."""
        return self.path / "faults.json"

    @property
    def account(self) -> Path:
        """JSON: the account's quotas (`lambda_concurrency`); AWS's defaults where the file is missing."""
        return self.path / "account.json"

    @property
    def outputs(self) -> Path:
        """Downloaded outputs, a folder an asset."""
        return self.path / "outputs"

    @property
    def report(self) -> Path:
        """The last demo's report."""
        return self.path / "report.json"

    @property
    def synthesized(self) -> Path:
        """The Terraform JSON of the sandbox's stacks, and Terraform's working files beside it."""
        return self.path / "cdktf.out"

    @property
    def terraform_configuration(self) -> Path:
        """Terraform's CLI configuration file."""
        return self.path / "terraform.rc"

    @property
    def backend_state(self) -> Path:
        """The local state of the stack that makes the state bucket."""
        return self.path / "state-backend.tfstate"

    def terraform_pid(self, stack: str) -> Path:
        """Return where a running Terraform's process id is; a run that was killed or failed leaves it."""
        return self.path / f"terraform-{stack}.pid"

    @property
    def terraform_pids(self) -> list[Path]:
        """The process ids of every stack's Terraform."""
        return sorted(self.path.glob("terraform-*.pid"))

    def log(self, name: str) -> Path:
        """Return the path of a log."""
        return self.path / "logs" / f"{name}.log"

    def relative(self, path: Path) -> str:
        """Return a path as a person at the project's root would type it."""
        return os.path.relpath(path, PROJECT_ROOT)

    @contextlib.contextmanager
    def locked(self, command: str) -> Iterator[None]:
        """Hold the folder for one command.

        Raises:
            SandboxBusyError: Another command holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a+") as lock:
            try:
                # The system releases it when the process ends, however it ends.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                lock.seek(0)
                holder = lock.read().strip() or "another command"
                raise SandboxBusyError(
                    f"{holder} is working in {self.relative(self.path)}. Wait until it has ended, or end it."
                ) from error
            lock.truncate(0)
            lock.write(f"`sandbox {command}` (process {os.getpid()})")
            lock.flush()
            try:
                yield
            finally:
                lock.truncate(0)


def read_json(path: Path) -> dict[str, object]:
    """Return a JSON object from a file, empty where the file is missing or broken."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: object) -> None:
    """Write JSON so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    partial.replace(path)
