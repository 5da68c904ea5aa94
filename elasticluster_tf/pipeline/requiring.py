"""See to it that the work folder holds the collections and roles that the file requires."""

from elasticluster_tf.ansible import galaxy
from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import InputError
from elasticluster_tf.pipeline.run import Run


def ready(run: Run, resolved: Resolved) -> None:
    """Fetch and install what is not there; raises InputError for an archive that is another one."""
    wanted = resolved.content.requirements
    if galaxy.is_ready(wanted, run.workdir.path):
        return
    with run.stage("requirements", f"Install {len(wanted)} requirement(s) from Galaxy"):
        try:
            galaxy.install(
                wanted,
                run.base(resolved),
                run.workdir.path,
                run.world.cache,
                run.logs,
                run.world.children_environment,
                (run.lock,),
            )
        except galaxy.WrongChecksum as error:
            index = wanted.index(error.requirement)
            message = f"the archive of {error.requirement.name} is another one: its SHA-256 is {error.found}"
            hint = "trust it only if whoever publishes it says the same"
            path = ("requirements", index, "sha256")
            raise InputError([resolved.document.problem(path, message, hint)]) from error
