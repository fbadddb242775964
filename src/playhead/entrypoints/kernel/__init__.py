"""The kernel, put together for a process that serves requests."""

from playhead.entrypoints.kernel.ground import Ground
from playhead.entrypoints.kernel.opening import open_kernel
from playhead.entrypoints.kernel.parts import Kernel, KernelDoor

__all__ = ["Ground", "Kernel", "KernelDoor", "open_kernel"]
