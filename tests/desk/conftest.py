"""A real JupyterLab in a real browser, with a notebook open on a copy of a study."""

from __future__ import annotations

import ast
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty
from types import FrameType
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from tests.conftest import TOP, find_chromium

ADVOCATES = TOP / "corpus" / "advocates"
A_TEST = 120  # seconds, at most
CHROMIUM = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PANEL = "[...jupyterapp.shell.widgets('main')].find(w => w.context?.path === %s)"
READY = """(() => {
  const kernel = (%s)?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
})()"""
ITS_OWN = "Could not restore the debugger state"  # JupyterLab, when a kernel dies
DIALOG = ".jp-Dialog:not(.lm-mod-hidden)"


def wait_until(found: Callable[[], Any], seconds: float, what: str) -> Any:
    """Ask again until the answer is true; return it."""
    last = time.monotonic() + seconds
    while True:
        answer = found()
        if answer:
            return answer
        if time.monotonic() > last:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(0.05)


def find_chromiums() -> list[psutil.Process]:
    """The browsers that this process started."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "chrom" in process.name():
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """End a test that hangs.

    Playwright waits in a greenlet of its own, and would wait for ever after an
    exception in there; it does stop when its browser is gone.
    """
    late: list[str] = []

    def stop(number: int, frame: FrameType | None) -> None:
        import greenlet

        late.append(f"the test took longer than {A_TEST} s and was ended")
        signal.setitimer(signal.ITIMER_REAL, 10)
        if greenlet.getcurrent().parent is None:
            raise TimeoutError(late[0])
        for process in find_chromiums():
            process.kill()

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, A_TEST)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    if late:
        pytest.fail(late[0])


class Lab:
    """A JupyterLab server with folders of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.root.mkdir()
        self.token = secrets.token_hex()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._hide_news()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self._command(),
                env=self._environment(),
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def _hide_news(self) -> None:
        settings = self.folder / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text(
            json.dumps({"fetchNews": "false", "checkForUpdates": False})
        )

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.root}",
            "--ServerApp.terminals_enabled=False",
            f"--IdentityProvider.token={self.token}",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.extension_manager=readonly",
        ]

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.lower().endswith("_proxy")
        }
        own = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "EVALKIT_CACHE": "cache",
        }
        folders = {name: str(self.folder / value) for name, value in own.items()}
        said = {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "MPLBACKEND": "agg"}
        return kept | folders | said

    def ask(self, path: str, *, method: str = "GET") -> Any:
        """What the server's own interface answers."""
        request = urllib.request.Request(
            f"{self.address}/api/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with self._opener.open(request, timeout=20) as response:
            content = response.read()
        return json.loads(content) if content else None

    def wait(self) -> None:
        """Wait until the server answers."""

        def answers() -> bool:
            if self.process.poll() is not None:
                raise RuntimeError(f"no JupyterLab: {self.log.read_text()[-3000:]}")
            try:
                self.ask("status")
            except OSError:
                return False
            return True

        wait_until(answers, 60, "an answer of the server")

    def stop(self) -> None:
        """Stop the server; no kernel outlives it."""
        whole = psutil.Process(self.process.pid)
        started = whole.children(recursive=True)
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(15)
        _, left = psutil.wait_procs(started, timeout=1)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=5)


# For the folder, not the session: Playwright's loop must have ended when the next
# folder's tests start their own.
@pytest.fixture(scope="package")
def chromium_browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    find_chromium()
    started = Lab(tmp_path_factory.mktemp("lab"))
    try:
        started.wait()
        yield started
    finally:
        started.stop()


@pytest.fixture
def page(chromium_browser: Any) -> Iterator[Any]:
    """A page that keeps what went wrong in it, in `page.errors`."""
    context = chromium_browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(20_000)
    opened = context.new_page()
    opened.errors = []

    def hear(said: Any) -> None:
        if said.type == "error" and not said.text.startswith(ITS_OWN):
            opened.errors.append(said.text)

    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.on("console", hear)
    yield opened
    context.close()


class DeskNotebook:
    """A notebook, open in JupyterLab, in the `notebooks` folder of a study's copy."""

    def __init__(self, lab: Lab, page: Any, cells: Sequence[str], study: Path) -> None:
        self.lab = lab
        self.page = page
        self._client: BlockingKernelClient | None = None
        self.study = lab.root / f"{study.name}-{secrets.token_hex(4)}"
        shutil.copytree(study, self.study, ignore=shutil.ignore_patterns("notebooks"))
        (self.study / "notebooks").mkdir()
        self.path = f"{self.study.name}/notebooks/desk.ipynb"
        self._panel = PANEL % json.dumps(self.path)
        kernel = {"name": "python3", "display_name": "Python 3"}
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": kernel},
        )
        nbformat.write(notebook, lab.root / self.path)
        self.open()

    def open(self) -> None:
        """Open the notebook in the page, as from a link."""
        self.page.goto(
            f"{self.lab.address}/doc/tree/{self.path}?token={self.lab.token}&reset",
            timeout=60_000,
        )
        self.wait_for_kernel()

    def reload(self) -> None:
        """Load the page anew; what was not saved is gone."""
        self.page.reload(timeout=60_000)
        self.wait_for_kernel()

    def wait_for_kernel(self) -> None:
        """Wait until the page is connected with an idle kernel."""
        self.page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        self.page.wait_for_function(READY % self._panel, timeout=60_000)

    def _do(self, promise: str) -> None:
        """Start something in the page; `_done` waits for it, with a time limit."""
        self.page.evaluate(
            "() => { window.deskDone = undefined; Promise.resolve("
            f"{promise}"
            ").then(() => window.deskDone = 'done',"
            " error => window.deskDone = `failed: ${error}`); }"
        )

    def _done(self, *, seconds: float = 60) -> None:
        said = self.page.wait_for_function(
            "window.deskDone", timeout=seconds * 1000
        ).json_value()
        if said != "done":
            raise RuntimeError(said)

    def do(self, promise: str, *, seconds: float = 60) -> None:
        """Run JavaScript in the page until its promise is kept."""
        self._do(promise)
        self._done(seconds=seconds)

    def command(self, name: str, *, seconds: float = 60) -> None:
        """Run one of JupyterLab's commands to its end."""
        self.do(f"jupyterapp.commands.execute({json.dumps(name)})", seconds=seconds)

    def run_all(self) -> None:
        """Run every cell to its end."""
        self.command("notebook:run-all-cells")

    def start_cell(self, at: int) -> None:
        """Start a cell and go on."""
        self.page.evaluate(
            f"() => {{ ({self._panel}).content.activeCellIndex = {at} }}"
        )
        self._do("jupyterapp.commands.execute('notebook:run-cell')")

    def run_cell(self, at: int) -> None:
        """Run a cell to its end."""
        self.start_cell(at)
        self._done()

    def save(self) -> None:
        """Save the notebook, outputs and all."""
        self.command("docmanager:save")

    def dismiss(self) -> None:
        """Wait for JupyterLab's dialogue and accept it."""
        self.page.locator(f"{DIALOG} .jp-mod-accept").click()
        self.page.wait_for_selector(DIALOG, state="detached")

    def session(self) -> dict[str, Any]:
        """The server's session of this notebook."""
        sessions = self.lab.ask("sessions")
        (own,) = [each for each in sessions if each["path"] == self.path]
        return dict(own)

    def kernel(self) -> BlockingKernelClient:
        """A client of this notebook's kernel, which is the one to close it."""
        if self._client is None:
            name = f"kernel-{self.session()['kernel']['id']}.json"
            client = BlockingKernelClient()
            client.load_connection_file(str(self.lab.folder / "runtime" / name))
            client.start_channels(stdin=False, hb=False, control=False)
            self._client = client
        return self._client

    def forget_kernel(self) -> None:
        """Drop the client: its kernel is gone."""
        if self._client is not None:
            self._client.stop_channels()
            self._client = None

    def ask(self, expression: str, *, seconds: float = 20) -> Any:
        """What an expression is worth in the kernel; it waits for a busy kernel.

        The channel itself is read: the client's own waiting runs a second event
        loop beside Playwright's.
        """
        client = self.kernel()
        asked = client.execute(
            "",
            silent=True,
            store_history=False,
            user_expressions={"x": f"repr({expression})"},
        )
        last = time.monotonic() + seconds
        while True:
            try:
                reply = client.shell_channel.get_msg(
                    timeout=max(0.0, last - time.monotonic())
                )
            except Empty:
                raise TimeoutError(f"the kernel did not answer: {expression}") from None
            if reply["parent_header"].get("msg_id") == asked:
                break
        answer = reply["content"]["user_expressions"]["x"]
        if answer["status"] != "ok":
            raise RuntimeError(f"{answer['ename']}: {answer['evalue']}")
        return ast.literal_eval(ast.literal_eval(answer["data"]["text/plain"]))

    def wait_until(self, expression: str, *, seconds: float = 20) -> Any:
        """Wait until an expression is true in the kernel; return it."""
        return wait_until(lambda: self.ask(expression), seconds, expression)

    def kernel_pid(self) -> int:
        return int(self.ask("__import__('os').getpid()"))

    def restart_kernel(self) -> None:
        """Restart the kernel as JupyterLab does when its dialogue is accepted."""
        self.forget_kernel()
        self.do(f"({self._panel}).sessionContext.restartKernel()")
        self.wait_for_kernel()

    def kill_kernel(self) -> None:
        """Kill the kernel, as the system does when memory runs out.

        The server notices a little later: until then the page believes it alive.
        """
        process = psutil.Process(self.kernel_pid())
        self.forget_kernel()
        process.kill()

        def dead() -> bool:
            try:
                return process.status() == psutil.STATUS_ZOMBIE
            except psutil.NoSuchProcess:
                return True

        wait_until(dead, 10, "the kernel's end")

    def wait_for_restart(self) -> None:
        """After `kill_kernel`: wait until JupyterLab started it anew and said so."""
        self.dismiss()
        self.wait_for_kernel()

    def events(self, coder: str) -> list[dict[str, Any]]:
        """What is on disk of a coder's codings; a line half written is not there."""
        path = self.study / "codings" / f"{coder}.jsonl"
        if not path.exists():
            return []
        lines = path.read_text("utf-8").split("\n")[:-1]
        return [json.loads(line) for line in lines if line]

    def close(self) -> None:
        """Shut the notebook's kernel down."""
        self.forget_kernel()
        for each in self.lab.ask("sessions"):
            if each["path"] == self.path:
                self.lab.ask(f"sessions/{each['id']}", method="DELETE")


@pytest.fixture
def open_desk(lab: Lab, page: Any) -> Iterator[Callable[..., DeskNotebook]]:
    """Opens a notebook with these cells, in a copy of this study."""
    opened: list[DeskNotebook] = []

    def open_one(cells: Sequence[str], study: Path = ADVOCATES) -> DeskNotebook:
        opened.append(DeskNotebook(lab, page, cells, study))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()
