"""A PostgreSQL server for tests: its own data, its own socket, nothing else of the machine."""

from __future__ import annotations

import glob
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

SETTINGS = {
    "listen_addresses": "''", "max_connections": "120", "shared_buffers": "32MB", "max_wal_size": "256MB",
    "log_min_messages": "fatal",
}  # fmt: skip
_NUMBERS = itertools.count(1)


def programs() -> str | None:
    """The directory with initdb and postgres; None where they are not installed."""
    there = [*sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres")), *filter(None, [shutil.which("postgres")])]
    return os.path.dirname(os.path.realpath(there[-1])) if there else None


class Server:
    """Runs from `start` to `stop`. `url` is of a schema that nobody has used."""

    def __init__(self, **settings: str) -> None:
        self.programs = programs()
        assert self.programs is not None
        self.home = Path(tempfile.mkdtemp(prefix="condemu-postgres-"))
        self.data = self.home / "data"
        self.user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to be root
        self.settings = {**SETTINGS, **settings, "unix_socket_directories": f"'{self.home}'"}
        self.process: subprocess.Popen[bytes] | None = None
        if self.user is not None:
            shutil.chown(self.home, self.user)
        words = ["-D", str(self.data), "-U", "condemu", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([f"{self.programs}/initdb", *words], check=True, capture_output=True, user=self.user, cwd=self.home)

    def start(self) -> None:
        """Return when it takes connections."""
        settings = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value.strip(chr(39))}")]
        with open(self.home / "said", "ab") as said:
            self.process = subprocess.Popen(
                [f"{self.programs}/postgres", "-D", str(self.data), *settings],
                user=self.user, cwd=self.home, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
        ready = [f"{self.programs}/pg_isready", "-q", "-h", str(self.home), "-t", "30"]
        while subprocess.run(ready, check=False).returncode != 0:
            assert self.process.poll() is None, (self.home / "said").read_text()

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """SIGQUIT: at once, as if it had crashed. SIGINT: it says farewell."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def url(self, schema: str | None = None, user: str = "condemu", password: str = "") -> str:
        name = f"condemu_{next(_NUMBERS)}" if schema is None else schema
        who = f"{user}:{password}" if password else user
        return f"postgresql://{who}@/postgres?host={quote(str(self.home), safe='')}&schema={name}"

    def psql(self, statement: str) -> str:
        words = [f"{self.programs}/psql", "-h", str(self.home), "-U", "condemu", "-d", "postgres", "-Atc", statement]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()

    def end(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
