"""The parts of GitHub's and GitLab's REST APIs that written pipelines use, on loopback, with a token.

Shapes and paths are those of the documented APIs (GitHub REST 2022-11-28, GitLab v4); what is not
served here answers 404, so a script that asks for anything else fails.
"""

import io
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "token-of-this-job"
NAME = "lab/cluster"
_PAGE = 2  # comments a page has, so that paging matters


@dataclass
class Change:
    """A pull or merge request: where it came from, and the bundle its plan left."""

    number: int
    head: str
    source: str = NAME
    merged: str = ""
    bundle: bytes = b""


@dataclass
class Api:
    """What the system knows about the pipeline of one cluster."""

    address: str = ""
    cluster: str = "lab"
    comments: list[dict[str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def of(self, commit: str) -> list[Change]:
        """The changes that were merged as a commit."""
        return [one for one in self.changes if one.merged == commit]

    def comment(self, author: str, text: str) -> None:
        self.comments.append({"id": len(self.comments) + 100, "author": author, "body": text})


Answer = Callable[[Api, "re.Match[str]", dict[str, str], bytes], Any]


def _page(api: Api, query: dict[str, str]) -> list[dict[str, Any]]:
    start = (int(query["page"]) - 1) * _PAGE
    return api.comments[start : start + _PAGE]


def _github_comments(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    return [
        {"id": one["id"], "user": {"login": one["author"]}, "body": one["body"]} for one in _page(api, query)
    ]


def _github_new(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    api.comment("github-actions[bot]", json.loads(body)["body"])
    return {}


def _github_edit(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    (one,) = [one for one in api.comments if one["id"] == int(found[1])]
    one["body"] = json.loads(body)["body"]
    return {}


def _github_pulls(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    return [
        {"merged_at": "2026-01-01T00:00:00Z", "head": {"sha": one.head, "repo": {"full_name": one.source}}}
        for one in api.of(found[1])
    ]


def _github_runs(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    assert (query["event"], query["status"]) == ("pull_request", "success")
    chosen = [one for one in api.changes if one.head == query["head_sha"]]
    names = ("another workflow", f"ectf {api.cluster}")
    runs = [
        {"id": one.number + 1000 * row, "name": name, "head_repository": {"full_name": one.source}}
        for one in chosen
        for row, name in enumerate(names)
    ]
    return {"workflow_runs": runs}


def _github_artifacts(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    numbers = [one.number for one in api.changes if one.bundle and one.number + 1000 == int(found[1])]
    return {
        "artifacts": [{"id": one, "name": f"ectf-plan-{api.cluster}", "expired": False} for one in numbers]
    }


def _github_zip(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    (change,) = [one for one in api.changes if one.number == int(found[1])]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(f"{api.cluster}.ectfplan", change.bundle)
    return target.getvalue()


def _gitlab_user(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    return {"id": 7, "login": "github-actions[bot]"}


def _gitlab_notes(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    return [
        {"id": one["id"], "author": {"id": 7 if one["author"] == "bot" else 8}, "body": one["body"]}
        for one in _page(api, query)
    ]


def _gitlab_new(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    api.comment("bot", parse_qs(body.decode())["body"][0])
    return {}


def _gitlab_edit(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    (one,) = [one for one in api.comments if one["id"] == int(found[1])]
    one["body"] = parse_qs(body.decode())["body"][0]
    return {}


def _gitlab_requests(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    return [
        {
            "iid": one.number,
            "state": "merged",
            "source_project_id": 5 if one.source == NAME else 6,
            "target_project_id": 5,
        }
        for one in api.of(found[1])
    ]


def _gitlab_pipelines(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    number = int(found[1])
    return [
        {"id": number + 500, "status": "failed", "project_id": 5},
        {"id": number, "status": "success", "project_id": 5},
    ]


def _gitlab_jobs(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    number = int(found[1])
    return [
        {"id": 1, "name": "test", "status": "success"},
        {"id": number, "name": "plan lab", "status": "success"},
    ]


def _gitlab_artifact(api: Api, found: "re.Match[str]", query: dict[str, str], body: bytes) -> Any:
    (change,) = [one for one in api.changes if one.number == int(found[1])]
    return change.bundle or None


_ROUTES: list[tuple[str, Answer]] = [
    (rf"GET /repos/{NAME}/issues/\d+/comments", _github_comments),
    (rf"POST /repos/{NAME}/issues/\d+/comments", _github_new),
    (rf"PATCH /repos/{NAME}/issues/comments/(\d+)", _github_edit),
    (rf"GET /repos/{NAME}/commits/(\w+)/pulls", _github_pulls),
    (rf"GET /repos/{NAME}/actions/runs", _github_runs),
    (rf"GET /repos/{NAME}/actions/runs/(\d+)/artifacts", _github_artifacts),
    (rf"GET /repos/{NAME}/actions/artifacts/(\d+)/zip", _github_zip),
    (r"GET /user", _gitlab_user),
    (r"GET /projects/(?:5|lab%2Fcluster)/merge_requests/\d+/notes", _gitlab_notes),
    (r"POST /projects/(?:5|lab%2Fcluster)/merge_requests/\d+/notes", _gitlab_new),
    (r"PUT /projects/(?:5|lab%2Fcluster)/merge_requests/\d+/notes/(\d+)", _gitlab_edit),
    (r"GET /projects/5/repository/commits/(\w+)/merge_requests", _gitlab_requests),
    (r"GET /projects/5/merge_requests/(\d+)/pipelines", _gitlab_pipelines),
    (r"GET /projects/5/pipelines/(\d+)/jobs", _gitlab_jobs),
    (r"GET /projects/5/jobs/(\d+)/artifacts/lab\.ectfplan", _gitlab_artifact),
]


def _answer(api: Api, line: str, query: dict[str, str], body: bytes) -> Any:
    for pattern, answer in _ROUTES:
        if found := re.fullmatch(pattern, line):
            return answer(api, found, query, body)
    return None


@contextmanager
def serve() -> Iterator[Api]:
    """A running server, on a port of its own."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            line = f"{self.command} {parts.path}"
            api.requests.append(line)
            known = (
                self.headers.get("Authorization") == f"Bearer {TOKEN}"
                or self.headers.get("PRIVATE-TOKEN") == TOKEN
            )
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            found = _answer(api, line, query, body) if known else None
            answer = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(200 if found is not None else 404 if known else 401)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = _any  # noqa: N815

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
