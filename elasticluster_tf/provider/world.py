"""What the resources act on: Podman, this machine and its images, found out when first needed."""

import threading
from dataclasses import dataclass, field

from elasticluster_tf.provider.images import Images, this_host
from elasticluster_tf.provider.machine import Capacity, Machine, capacity, this_machine
from elasticluster_tf.provider.podman import Podman, find_podman


@dataclass
class World:
    """Finds each thing once per process; a test gives its own."""

    found_podman: Podman | None = None
    found_capacity: Capacity | None = None
    machine: Machine = field(default_factory=this_machine)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def podman(self) -> Podman:
        """Podman as it is called here."""
        with self._lock:
            if self.found_podman is None:
                self.found_podman = find_podman()
            return self.found_podman

    @property
    def capacity(self) -> Capacity:
        """The size of the machine."""
        with self._lock:
            if self.found_capacity is None:
                self.found_capacity = capacity(self.podman)
            return self.found_capacity

    @property
    def images(self) -> Images:
        """The images of this Podman."""
        return Images(self.podman, self.machine, this_host())
