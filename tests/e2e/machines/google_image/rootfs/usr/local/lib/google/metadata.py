"""Google's metadata server, as far as attributes of one instance go."""

import http.server
import json
import pathlib

PREFIX = "/computeMetadata/v1/instance/attributes/"
ATTRIBUTES = json.loads(pathlib.Path("/var/lib/metadata.json").read_text(encoding="utf-8"))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with one attribute's text."""
        text = ATTRIBUTES.get(self.path.removeprefix(PREFIX)) if self.path.startswith(PREFIX) else None
        trusted = self.headers.get("Metadata-Flavor") == "Google"
        self.send_response(403 if not trusted else 200 if text is not None else 404)
        self.end_headers()
        if trusted and text is not None:
            self.wfile.write(text.encode())


http.server.ThreadingHTTPServer(("127.0.0.1", 80), Handler).serve_forever()
