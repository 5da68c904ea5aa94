"""What hosts were configured from, written into the state by a plan that may touch nothing else."""

from elasticluster_tf.errors import EctfError
from elasticluster_tf.pipeline import login
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.plan import Record, record
from elasticluster_tf.terraform import State

ADDRESS = "terraform_data.configured"
VARIABLE = "configured"


def write(run: Run, state: State, wanted: Record) -> State:
    """Have the state remember `wanted`; returns the state, which is the same when it did already.

    Other changes that are due (a node that could not be made) are not made on the way, hence the target.
    """
    if state.record == wanted:
        return state
    login.write_more(run.workdir, {VARIABLE: record.plain(wanted)})
    with run.stage("record", "Record what was done"):
        runner = run.terraform()
        raw = runner.plan(refresh=False, target=[ADDRESS])
        touched = [
            one["address"] for one in raw.get("resource_changes", []) if one["change"]["actions"] != ["no-op"]
        ]
        if touched not in ([], [ADDRESS]):
            raise EctfError("recording would change more than the record", "", "", "\n".join(touched))
        runner.apply(len(touched))
        return runner.state()
