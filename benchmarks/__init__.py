"""Measurements of Playhead, each beside a plain approach where there is one."""
