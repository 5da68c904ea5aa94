#!/usr/bin/env bash
# From one file to a job's output: brings up examples/slurm.yaml and runs a job on both its workers.
# Can be run again: what is up stays up, only the job is a new one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

ectf=.venv/bin/ectf
file=examples/slurm.yaml
on() { "$ectf" ssh -f "$file" "$@"; } # on [NODE] -- COMMAND…

step "ectf up --yes $file" "$ectf" up --yes "$file"

# The job goes in on standard input, so nothing of it has to pass through a second shell's quoting.
submit() {
  id=$(on -- sbatch --wait --parsable --nodes=2 --chdir=/tmp --output=/tmp/ectf-demo-%j.out <<'JOB'
#!/bin/sh
echo "Job $SLURM_JOB_ID runs on $SLURM_JOB_NUM_NODES nodes, started by $(whoami):"
srun --label hostname
JOB
  )
  id=${id%%;*} # --parsable: ID, or ID;CLUSTER
}
step "sbatch --wait, on 2 nodes" submit

# No shared file system in this cluster: the output is on the job's first node.
show_output() {
  local node
  node=$(on -- scontrol --oneliner show job "$id" | sed -n 's/.* BatchHost=\([^ ]*\).*/\1/p')
  [ -n "$node" ] || { echo "SLURM does not say where job $id ran" >&2; return 1; }
  on "$node" -- cat "/tmp/ectf-demo-$id.out" | sed 's/^/    | /'
}
step "the output of job $id" show_output

cat <<END

The cluster is up. Go on with:
    $ectf status $file
    $ectf ssh -f $file                      # log in to the front end
    $ectf ssh -f $file -- srun -N2 hostname
    $ectf down $file                        # takes all of it away again
END
