"""What is asked of the API once, to have something to measure."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from benchmarks.kernel.tenants import Key
from playhead.automation.models import LOCAL_MODEL

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody's way to the API, over a connection that is kept alive."""

    connection: HTTPConnection
    key: Key

    def post(self, path: str, body: object) -> Any:
        """Return what a POST below ``/api/v1`` answers."""
        headers = {"Content-Type": "application/json", **self.key.headers}
        self.connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
        answer = self.connection.getresponse()
        told = answer.read()
        assert answer.status < 300, told
        return json.loads(told)

    def new_skill(self, name: str, **chosen: object) -> str:
        """Return the id of a new skill; of the local model, unless another is chosen."""
        body = {"name": name, "prompt_template": "Say hello to {{ name }}.", "model": LOCAL_MODEL}
        return str(self.post("/skills", body | chosen)["id"])
