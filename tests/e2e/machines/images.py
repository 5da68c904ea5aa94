"""Images of the machines: those of the cloud `local`, which hold a cloud-init, and one made like Google's."""

import hashlib
from pathlib import Path

from elasticluster_tf.provider.images import Image
from elasticluster_tf.provider.world import World as Host

_GOOGLE = Path(__file__).parent / "google_image"


def with_cloud_init(host: Host, name: str) -> Image:
    """Built once per machine by ectf itself."""
    return host.image(name)


def with_googles_agent(host: Host, name: str) -> Image:
    """Built once per machine and content; Podman remembers it by its tag."""
    base = host.image(name)
    digest = hashlib.sha256(base.image_id.encode())
    for path in sorted(
        path for path in _GOOGLE.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ):
        digest.update(path.read_bytes())
    reference = f"localhost/ectf-test/google-{name}:{digest.hexdigest()[:12]}"
    if host.podman.attempt("image", "exists", reference).code:
        argv = ["build", "--quiet", "--isolation=chroot", "--network=host", "--force-rm"]
        argv += [f"--build-arg=base={base.reference}", f"--tag={reference}", str(_GOOGLE)]
        host.podman.run(*argv, timeout=600)
    image_id = host.podman.run("image", "inspect", "--format={{.Id}}", reference).strip()
    return Image(reference, image_id, base.user)
