"""The port of automation to the tape, over a real tape."""
