"""Questions of automation about the recorded past."""
