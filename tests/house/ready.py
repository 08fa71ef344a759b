"""An ``openiads`` that starts at once: a process with everything loaded, which forks for each command.

The pages of the docs hold some 150 commands, and a second of imports and of loading kernels each would be much of the
suite.  ``Ready(folder)`` puts a program ``openiads`` into a folder for the front of ``PATH``, and beside it ``python``,
which knows ``-c TEXT``.  They hand their words, folder, environment and standard streams to the process, and end as the
forked command ends.  Commands with a setting
that is read while loading (``OPENIADS_...``) start the real program.  README and tutorial always do (``test_docs``).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

REAL = Path(sys.executable).parent / "openiads"
CLIENT = f"""#!{sys.executable} -SE
import json, os, socket, sys
if any(name.startswith("OPENIADS_") and name not in {sorted(n for n in os.environ if n.startswith("OPENIADS_"))!r}
       for name in os.environ):
    os.execv({str(REAL)!r}, sys.argv)
link = socket.socket(socket.AF_UNIX)
link.connect(os.path.join(os.path.dirname(os.path.abspath(__file__)), "socket"))
asked = json.dumps({{"argv": sys.argv, "cwd": os.getcwd(), "environ": dict(os.environ)}}).encode()
socket.send_fds(link, [len(asked).to_bytes(8, "big")], [0, 1, 2])
link.sendall(asked)
told = link.recv(1)
sys.exit(told[0] if told else 139)
"""


class Ready:
    """The process, and the folder with its program ``openiads``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("openiads", "python"):
            program = folder / name
            program.write_text(CLIENT, encoding="utf-8")
            program.chmod(0o755)
        words = [sys.executable, __file__, str(folder)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


def serve(folder: Path) -> None:
    """Load everything by running a small command, then fork for each one that is asked for."""
    from openiads.faces.cli import main as cli  # noqa: F401  (loaded here, once)
    from openiads.faces.pages import run_charts, run_page  # noqa: F401  (loaded here, once)

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        command(["openiads", "run", "one_on_one", "-n", "1", "--out", str(folder / "first"), "--json"])
    assert threading.active_count() == 1, "a fork of a process with threads may hang"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "socket"))
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    print("ready", flush=True)
    while True:
        link, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            answer(link)
        link.close()


def answer(link: Any) -> None:
    """Become the command that is asked for."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, _, _ = socket.recv_fds(link, 8, 3)
    asked = bytearray()
    while len(asked) < int.from_bytes(head, "big"):
        asked += link.recv(1 << 16)
    told = json.loads(asked)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(told["cwd"])
    os.environ.clear()
    os.environ.update(told["environ"])
    program, *words = told["argv"]
    ended = script(words[1]) if Path(program).name == "python" else command(told["argv"])
    link.sendall(bytes([ended]))
    os._exit(0)


def command(words: list[str]) -> int:
    """Run one command in this process; its exit code."""
    from openiads.faces.cli.main import main

    sys.argv = words
    try:
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    return 0


def script(text: str) -> int:
    """Run what stands after ``python -c`` in this process; its exit code."""
    sys.argv = ["-c"]
    sys.path.insert(0, "")
    try:
        exec(compile(text, "<string>", "exec"), {"__name__": "__main__"})
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001  (as Python ends at an error)
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
