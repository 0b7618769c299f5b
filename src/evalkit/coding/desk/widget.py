"""The coding desk as a Jupyter widget: messages in, messages out."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import pandas as pd
import traitlets

from evalkit.coding.desk.acts import NotSavedError
from evalkit.coding.desk.messages import Message
from evalkit.coding.desk.session import Session
from evalkit.coding.desk.still import render_still
from evalkit.errors import EvalkitError

_HERE = Path(__file__).parent
_LOOK = 1.0  # seconds between two looks at the disk
_PAGES = 8  # pages whose documents are looked after


class Desk(anywidget.AnyWidget):
    """A transcript to be coded, in JupyterLab. Made by `evalkit.coding_desk`.

    What is coded stands in the coder's log at once; `evalkit.read_study` reads it.
    """

    _esm = _HERE / "desk.js"
    _css = _HERE / "desk.css"
    _first = traitlets.Dict().tag(sync=True)  # no words: a notebook's file may keep it

    def __init__(
        self,
        begin: Callable[[str], Session],
        *,
        coder: str,
        document_id: str,
        coders: Mapping[str, str],
    ) -> None:
        self._begin = begin
        self._session: Session | None = None
        self._document_id = document_id
        self._suggestions: pd.DataFrame | None = None
        self._pages: dict[str, str] = {}
        self._lock = threading.RLock()  # Jupyter answers pages in a thread of its own
        self._watcher: asyncio.Task[None] | None = None
        names = [{"id": each, "name": name} for each, name in coders.items()]
        super().__init__(_first={"kind": "who", "coders": names})
        if coder:
            self._start(coder)
        self.on_msg(self._answer)

    @property
    def coder(self) -> str:
        """Who codes; empty until somebody has said so at the desk."""
        return self._session.coder_id if self._session else ""

    @property
    def document_id(self) -> str:
        """The document that was opened last."""
        return self._document_id

    def _start(self, coder: str) -> Session:
        if self._session and self._session.coder_id != coder:
            raise EvalkitError(
                f"{self._session.coder_id} codes here already: run the cell again"
            )
        if self._session is None:
            self._session = self._begin(coder)
            self._document_id = self._document_id or self._session.find_next()
            if self._suggestions is not None:
                self._session.suggest(self._suggestions)
            self._first = {"kind": "open"}
        return self._session

    def suggest(self, suggestions: pd.DataFrame) -> None:
        """Offer suggestions: a row each, with document_id, start, end and code_id.

        More columns are shown where they are there: suggestion_id, coder_id,
        quotation, cue, reason, score, and the codebook's segment attributes.
        """
        missing = {"document_id", "start", "end", "code_id"} - {*suggestions.columns}
        if missing:
            raise EvalkitError(f"suggestions: no column {', '.join(sorted(missing))}")
        with self._lock:
            self._suggestions = suggestions
            if self._session is None:
                return
            self._session.suggest(suggestions)
            for document_id in self._list_open():
                self.send(self._session.open(document_id))

    def _answer(self, _: Any, message: Message, __: Any) -> None:
        page = str(message.get("page", ""))
        try:
            with self._lock:
                for answer in self._find_answers(message, page):
                    self.send(answer)
        except NotSavedError as error:
            self._tell("failed", message, str(error))
        except EvalkitError as error:
            self._tell("refused", message, str(error))
        except (OSError, LookupError, TypeError, ValueError) as error:
            self._tell("failed", message, f"{type(error).__name__}: {error}")
            raise  # a bug of ours: the page must not wait for ever

    def _tell(self, kind: str, message: Message, why: str) -> None:
        told = {"kind": kind, "page": message.get("page", ""), "why": why}
        told |= {"act": message.get("id", "")}
        self.send({**told, "document_id": message.get("document_id", "")})

    def _find_answers(self, message: Message, page: str) -> list[Message]:
        kind = message["kind"]
        if kind == "start":
            begun = self._start(str(message["coder"]))
            return [{**begun.open(self._document_id), "page": page}]
        session = self._session
        if session is None:
            return []
        if kind == "close":
            self._pages.pop(page, None)
            return []
        document_id = str(message.get("document_id") or self._document_id)
        if kind == "open":
            answer = session.open(document_id)
            self._document_id = document_id
            self._pages.pop(page, None)
            self._pages[page] = document_id
            for stale in list(self._pages)[:-_PAGES]:
                del self._pages[stale]
            self._watch()
            return [{**answer, "page": page}]
        if kind == "show":
            return [session.show(document_id, message["coders"])]
        if kind == "compare":
            one, other = message["coders"]
            compared = session.compare(document_id, one, other)
            return [{**compared, "page": page}]
        return [session.do(message)]

    def _list_open(self) -> list[str]:
        return list(dict.fromkeys([*self._pages.values(), self._document_id]))

    def _watch(self) -> None:
        """Look at the disk from time to time, as long as a page is open."""
        if self._watcher is None or self._watcher.done():
            with contextlib.suppress(RuntimeError):
                self._watcher = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        while self._session and self._pages and self.comm is not None:
            await asyncio.sleep(_LOOK)
            with contextlib.suppress(EvalkitError, OSError, ValueError), self._lock:
                for message in self._session.look(self._list_open()):
                    self.send(message)

    # Where there is no desk

    def __repr__(self) -> str:
        return f"Desk({self._document_id!r}, coder={self.coder!r})"

    def _ipython_display_(self) -> None:
        """Show the desk, and above it how to get it back when the kernel is gone.

        JupyterLab then shows an error in the desk's place, and runs none of its code;
        a desk that runs hides the note.
        """
        from IPython.display import display

        bundle = self._repr_mimebundle_()
        data, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
        note = (
            f'<p class="evalkit-desk-note">Coding desk {escape(self._document_id)}. '
            "In JupyterLab, if no desk stands below: click here and press Shift+Enter. "
            "The cell runs again, and everything that was coded is there.</p>"
        )
        display({"text/html": note, "text/plain": repr(self)}, raw=True)
        display(data, metadata=rest[0] if rest else None, raw=True)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return None
        shown, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
        still = {"text/html": self._render_still()} if self._session else {}
        shown = {**shown, "text/plain": repr(self), **still}
        return (shown, *rest) if rest else shown

    def _render_still(self) -> str:
        assert self._session is not None
        with self._lock:
            state = self._session.open(self._document_id)
        names = {code["code_id"]: code["name"] for code in state["codebook"]["codes"]}
        document, coder = state["document"], state["coder"]["name"]
        title = " · ".join(filter(None, (document["id"], document["title"])))
        return render_still(
            title=f"{title} (coded by {coder})",
            first_line=document["first_line"],
            text=document["text"],
            turns=[{**each, "started_at": each["at"]} for each in document["turns"]],
            codings=[
                {
                    **each,
                    "coding_id": each["id"],
                    "code_id": each["code"],
                    "coder_id": each["coder"],
                }
                for each in state["codings"]
            ],
            names=names,
        )
