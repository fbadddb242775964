"""Run the suite of sign-in against a real Keycloak, where one can be had."""

import os
import subprocess
import sys

from tests.keycloak.fetch import CannotRun, keycloak_home


def main() -> int:
    """Return the exit code of the tests; 0 where they cannot run, which is said."""
    try:
        home = keycloak_home()
    except CannotRun as reason:
        print(f"skipped: the tests against a real Keycloak did not run: {reason}")
        return 0
    command = [sys.executable, "-m", "pytest", "tests/keycloak", *sys.argv[1:]]
    environment = {**os.environ, "PLAYHEAD_TEST_KEYCLOAK_HOME": str(home)}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
