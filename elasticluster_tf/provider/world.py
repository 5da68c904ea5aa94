"""What the resources act on: Podman, this machine and its images, found out when first needed."""

import threading
from dataclasses import dataclass, field

from elasticluster_tf.provider.host import this_host
from elasticluster_tf.provider.images import Image, Images
from elasticluster_tf.provider.machine import Capacity, Machine, capacity, this_machine
from elasticluster_tf.provider.podman import Podman, find_podman
from elasticluster_tf.provider.runtimes import Runtime, detect


@dataclass
class World:
    """Finds each thing once per process; a test gives its own."""

    found_podman: Podman | None = None
    found_capacity: Capacity | None = None
    machine: Machine = field(default_factory=this_machine)
    found_images: dict[str, Image] = field(default_factory=dict)
    found_runtime: Runtime | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    # Another one for what can take minutes.
    _image_lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

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

    def image(self, name: str) -> Image:
        """Find or make an image; asked for once, as many nodes boot from the same."""
        with self._image_lock:
            if name not in self.found_images:
                self.found_images[name] = self.images.ensure(name)
            return self.found_images[name]

    def runtime(self, image: str) -> Runtime:
        """The container runtime that works; an image is needed to try."""
        with self._image_lock:
            if self.found_runtime is None:
                self.found_runtime = detect(self.podman, self.machine, image)
            return self.found_runtime
