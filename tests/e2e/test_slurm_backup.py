"""A second slurmctld takes over from the first, over storage that both share (GlusterFS), and gives back."""

import time
from collections.abc import Callable

import pytest

from tests.e2e.conftest import Folder, leftovers, podman

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

CLUSTER = """
name: NAME
groups:
  frontend: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  second: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  storage: {count: 1, size: {cpus: 1, memory_gb: 1}, image: debian-12}
  compute: {count: 2, size: {cpus: 1, memory_gb: 1}, image: debian-12}
software:
  shared: {server: storage, client: [frontend, second]}
  slurm:
    controller: frontend
    backup: second
    worker: compute
    vars:
      slurm_state_folder: /shared/slurm
      slurm_extra_config: {SlurmctldTimeout: 10}
"""
# A software of the user's own, as small as it can be.
SOFTWARE = """
title: A folder that hosts share
parts:
  server: {min: 1, max: 1, needs: [fuse], peers: []}
  client: {needs: [fuse], peers: [server]}
"""
PLAYBOOK = """
- name: Server
  hosts: shared_server
  gather_facts: false
  become: true
  tasks:
    - name: Install
      ansible.builtin.apt: {name: glusterfs-server, install_recommends: false}
    - name: Start
      ansible.builtin.systemd_service: {name: glusterd.service, state: started, enabled: true}
    - name: Make the volume
      ansible.builtin.shell: |
        gluster volume info shared && exit 0
        gluster --mode=script volume create shared {{ inventory_hostname }}:/srv/brick force
        gluster volume start shared && echo changed
      register: made
      changed_when: "'changed' in made.stdout"
- name: Clients
  hosts: shared_client
  gather_facts: false
  become: true
  tasks:
    - name: Install
      ansible.builtin.apt: {name: glusterfs-client, install_recommends: false}
    - name: Mount
      ansible.builtin.shell: |
        mountpoint -q /shared && exit 0
        mkdir -p /shared && mount -t glusterfs {{ groups['shared_server'][0] }}:/shared /shared && echo changed
      register: made
      changed_when: "'changed' in made.stdout"
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("slurmha")
    folder.write(CLUSTER)
    (folder.path / "roles" / "shared").mkdir(parents=True)
    folder.write(SOFTWARE, "roles/shared/software.yaml")
    folder.write(PLAYBOOK, "roles/shared/playbook.yml")
    return folder


def controllers(folder: Folder) -> list[str]:
    """Which controllers answer, as the second one sees it."""
    rows = folder.ssh("second001", "scontrol ping || true").splitlines()
    return [row.split()[-1] for row in rows]


def test_a_folder_that_is_not_shared_is_refused(cluster: Folder) -> None:
    alone = 'software.slurm.vars.slurm_state_folder="/var/lib/slurm/alone"'
    ended = cluster.ectf("up", "--yes", "--set", alone, code=6)
    assert "is not the folder that frontend001 has by this name" in ended.text


def test_the_second_controller_takes_over(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    assert controllers(cluster) == ["UP", "UP"]
    job = cluster.ssh(
        "frontend001", "sbatch --parsable -w compute001 -o /dev/null --wrap 'sleep 900'"
    ).strip()
    cluster.ssh("frontend001", f"until squeue -h -j {job} -t R | grep -q .; do sleep 1; done")
    # A controller writes what it does every few seconds; a job it started after that is not known to be running.
    cluster.ssh(
        "frontend001",
        f"touch /tmp/running && scontrol update JobId={job} Comment=running "
        "&& timeout 120 sh -c 'until sudo find /shared/slurm/job_state -newer /tmp/running | grep -q .; do sleep 1; done'",
    )
    podman("rm", "-f", "-t", "0", cluster.nodes()["frontend001"]["instance_id"])
    deadline = time.monotonic() + 300
    while controllers(cluster) != ["DOWN", "UP"] or not cluster.ssh("second001", "sinfo -h || true"):
        assert time.monotonic() < deadline, "nobody took over"
        time.sleep(3)
    assert cluster.ssh("second001", f"squeue -h -j {job} -o '%T %N'").split() == ["RUNNING", "compute001"]
    assert cluster.ssh("second001", "timeout 120 srun -w compute002 hostname").strip() == "compute002"
    cluster.write(job, "job")


def test_a_new_first_controller_takes_back(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    job = (cluster.path / "job").read_text(encoding="utf-8")
    assert controllers(cluster) == ["UP", "UP"]
    assert cluster.ssh("frontend001", f"squeue -h -j {job} -o %T").strip() == "RUNNING"
    assert cluster.ssh("frontend001", "timeout 120 srun -w compute002 hostname").strip() == "compute002"


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
