"""HTTP/1.1 as uvicorn speaks it, but for how it refuses what is no HTTP."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from playhead.web.problems import Fault, Problem
from playhead.web.requests import SAFE_HEADERS, new_request_id
from playhead.web.wire import encode

BAD_REQUEST = 400
CODE = "http.malformed"
MESSAGE = "these bytes are no HTTP request that is understood here; the connection is closed"


class Protocol(HttpToolsProtocol):
    """One connection. What cannot be parsed never reaches the application: it is answered here."""

    def send_400_response(self, msg: str) -> None:
        """Refuse with the envelope of every other error, and close the connection."""
        request_id = new_request_id()
        body = encode(refusal(request_id))
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
            "X-Request-ID": request_id,
            "X-Process-Time": "0.000000",
            **SAFE_HEADERS,
        }
        lines = [b"%s: %s\r\n" % each for each in self.server_state.default_headers]
        lines += [f"{name}: {value}\r\n".encode("ascii") for name, value in headers.items()]
        self.transport.write(b"".join([STATUS_LINE[BAD_REQUEST], *lines, b"\r\n", body]))
        self.transport.close()


def refusal(request_id: str) -> Problem:
    """Return the body of the answer to what is no HTTP."""
    fault = Fault(code=CODE, message=MESSAGE, status=BAD_REQUEST, field=None, details={})
    return Problem(error=fault, request_id=request_id)
