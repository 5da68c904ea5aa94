"""What a run has proven, written into the state by a plan that may touch nothing else."""

import json

from elasticluster_tf.checks import Resolved
from elasticluster_tf.errors import EctfError
from elasticluster_tf.pipeline.login import VALUES
from elasticluster_tf.pipeline.run import Run
from elasticluster_tf.pipeline.values import Built
from elasticluster_tf.reports import Summary

_ADDRESS = "terraform_data.record"


def host_keys(run: Run, resolved: Resolved, built: Built, summary: Summary) -> bool:
    """Remember on which machines the final host key serves: those the configuration went through on.

    Nothing to do on clouds that tell host keys themselves. Returns whether the state was written.
    """
    state = built.state
    done = {
        name: one.instance_id
        for name, one in built.nodes.items()
        if name in state.bootstrap and (summary.ok.get(name) or state.swapped.get(name) == one.instance_id)
    }
    if done == dict(state.swapped):
        return False
    file = run.workdir.path / VALUES
    values = json.loads(file.read_text(encoding="utf-8"))
    values["record"] = {"host_keys": done}
    run.workdir.write({VALUES: json.dumps(values, indent=2) + "\n"}, prune=False, private=True)
    with run.stage("record", "Record what was proven"):
        runner = run.terraform()
        raw = runner.plan(refresh=False, target=[_ADDRESS])
        touched = [
            one["address"] for one in raw.get("resource_changes", []) if one["change"]["actions"] != ["no-op"]
        ]
        if touched not in ([], [_ADDRESS]):
            raise EctfError("recording would change more than the record", "", "", "\n".join(touched))
        runner.apply(len(touched))
    return True
