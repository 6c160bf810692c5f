"""One JSON line a request: the rule, not the path; the status; the time. Nothing names a person or a case."""

import json
import logging
import secrets
import sys
import time
from datetime import UTC, datetime

from flask import Flask, Response, g, request

log = logging.getLogger("repatriation.access")


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object. Only what was given as `fields` is added, so nothing slips in."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. The message is used only where no fields were given."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "event": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send what the program logs to standard error as JSON lines. Called where a process starts."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    ours = logging.getLogger("repatriation")
    ours.handlers[:] = [handler]
    ours.setLevel(level)
    ours.propagate = False


def log_requests(app: Flask) -> None:
    """Number every request, say the number back in X-Request-Id, and write its line."""

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(6)
        g.began = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        number = g.get("request_id") or secrets.token_hex(6)
        response.headers["X-Request-Id"] = number
        fields = {
            "request_id": number,
            "method": request.method,
            "rule": str(request.url_rule or ""),
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        }
        log.info("request", extra={"fields": fields})
        return response
