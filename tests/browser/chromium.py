"""A headless Chromium, driven by its own protocol (CDP) over a pipe: no driver and no port are needed."""

import json
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium-headless-shell", "chromium", "google-chrome-stable", "google-chrome")


def find() -> str | None:
    """The browser of this machine."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def is_packaged() -> bool:
    """Whether this system's own registry has one as a package, which `make setup-tests` then installs."""
    return platform.freedesktop_os_release().get("ID") == "debian"


@dataclass
class Tab:
    """One page in the browser, and what it complained about or asked for."""

    pipe: "Pipe"
    session: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One call of the protocol that succeeds; what happens meanwhile is noted."""
        message = self.answer(method, **parameters)
        assert "error" not in message, message
        result: dict[str, Any] = message["result"]
        return result

    def answer(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What a call of the protocol is answered, be it an error."""
        number = self.pipe.send(method, parameters, self.session)
        while (message := self.pipe.read()).get("id") != number:
            self.note(message)
        return message

    def wait(self, event: str) -> None:
        while (message := self.pipe.read()).get("method") != event:
            self.note(message)

    def note(self, message: dict[str, Any]) -> None:
        told = message.get("params", {})
        match message.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(told["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.complaints.append(json.dumps(told["args"]))
            case "Log.entryAdded":
                self.complaints.append(told["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])

    def open(self, file: Path) -> None:
        """Load a page and wait until it is whole."""
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=file.as_uri())
        self.wait("Page.loadEventFired")

    def visit(self, address: str) -> None:
        """Go to a page of a server, whatever its certificate is."""
        self.call("Page.enable")
        self.call("Security.setIgnoreCertificateErrors", ignore=True)
        self.call("Page.navigate", url=address)

    def await_true(self, expression: str, seconds: float = 180) -> None:
        """Wait until an expression of JavaScript is true, on whatever page the tab is by then."""
        end = time.monotonic() + seconds
        while True:
            # While one page gives way to the next there is none to ask.
            message = self.answer("Runtime.evaluate", expression=f"Boolean({expression})", returnByValue=True)
            if message.get("result", {}).get("result", {}).get("value") is True:
                return
            assert time.monotonic() < end, f"{expression} is not true at {self.value('location.href')}"
            time.sleep(0.5)

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript comes to."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def size(self, width: int, height: int, phone: bool) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )

    def type(self, selector: str, text: str) -> None:
        """Write into a field as a person does."""
        self.value(f"document.querySelector({json.dumps(selector)}).select()")
        self.call("Input.insertText", text=text)

    def press(self, key: str, code: int, shift: bool = False) -> None:
        held = 8 if shift else 0
        for kind in ("rawKeyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind, key=key, code=key, windowsVirtualKeyCode=code, modifiers=held,
            )  # fmt: skip


class Pipe:
    """Messages to and from the browser: JSON, each ended by a zero byte."""

    def __init__(self, read: int, write: int) -> None:
        self.incoming = os.fdopen(read, "rb", buffering=0)
        self.outgoing = os.fdopen(write, "wb", buffering=0)
        self.rest = b""
        self.last = 0

    def send(self, method: str, parameters: dict[str, Any], session: str = "") -> int:
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        self.outgoing.write(
            json.dumps({**message, **({"sessionId": session} if session else {})}).encode() + b"\0"
        )
        return self.last

    def read(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            more = self.incoming.read(65536)
            assert more, "the browser has gone"
            self.rest += more
        text, _, self.rest = self.rest.partition(b"\0")
        found: dict[str, Any] = json.loads(text)
        return found

    def close(self) -> None:
        self.incoming.close()
        self.outgoing.close()


class Browser:
    """A running browser."""

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe

    @contextmanager
    def tab(self) -> Iterator[Tab]:
        """A new tab with nothing remembered."""
        whole = Tab(self.pipe, "")
        target = whole.call("Target.createTarget", url="about:blank")["targetId"]
        session = whole.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        yield Tab(self.pipe, session)
        whole.call("Target.closeTarget", targetId=target)


@contextmanager
def started(program: str, profile: Path) -> Iterator[Browser]:
    """A browser with a profile of its own.

    Without its sandbox, which root and some containers may not have: it sees nothing but pages of our own.
    """
    to_read, to_write = os.pipe(), os.pipe()
    options = ["--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-sandbox"]
    options += ["--disable-dev-shm-usage", f"--user-data-dir={profile}"]
    # Chromium reads from descriptor 3 and writes to 4.
    line = f'exec "$0" "$@" 3<&{to_read[0]} 4>&{to_write[1]}'
    child = subprocess.Popen(
        ["bash", "-c", line, program, *options, "about:blank"],
        pass_fds=(to_read[0], to_write[1]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read[0])
    os.close(to_write[1])
    pipe = Pipe(to_write[0], to_read[1])
    try:
        yield Browser(pipe)
    finally:
        pipe.close()
        child.terminate()
        child.wait()
