"""The life of a Hadoop cluster, step by step; each test goes on from where the one before stopped."""

import hashlib
import re
from collections.abc import Callable

import pytest

from tests.archives import archive
from tests.e2e.conftest import Folder, leftovers

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]
HOOKS = "sudo /usr/local/lib/ectf"
WORDS = "alpha beta alpha\n" * 20000

CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  master:
    count: 1
    size: {cpus: 2, memory_gb: 2}
    image: debian-12
  worker:
    count: 2
    size: {cpus: 2, memory_gb: 2}
    image: debian-12
software:
  hadoop:
    namenode: master
    resourcemanager: master
    datanode: [master, worker]
    nodemanager: worker
    vars:
      hadoop_archive: ARCHIVE
      hadoop_archive_sha512: SUM
      hadoop_replication: 2
      # Starting fast counts more here than running fast.
      hadoop_java_options: ["-XX:TieredStopAtLevel=1"]
      hadoop_mapred_site:
        mapreduce.map.java.opts: -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1
        mapreduce.reduce.java.opts: -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1
      # This machine's disk is shared and may be rather full.
      hadoop_yarn_site: {yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage: 99.9}
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("hadoop")
    assembled = archive("hadoop")
    folder.write(CLUSTER.replace("ARCHIVE", str(assembled.path)).replace("SUM", assembled.sha512))
    return folder


def on(folder: Folder, line: str, node: str = "master001") -> str:
    return folder.ssh(node, line)


def test_up_from_nothing_keeps_files_twice(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    cluster.write(WORDS, "words.txt")
    cluster.ectf("scp", str(cluster.path / "words.txt"), "master001:words.txt")
    on(cluster, "hdfs dfs -put words.txt words.txt")
    read = on(cluster, "hdfs dfs -cat words.txt | md5sum", "worker002").split()[0]
    assert read == hashlib.md5(WORDS.encode()).hexdigest()
    said = on(cluster, "hdfs fsck /user/$(id -un)/words.txt -files -blocks")
    assert "Live_repl=2" in said and "is HEALTHY" in said


def test_words_are_counted_over_the_node_managers(cluster: Folder) -> None:
    jar = "/opt/hadoop/share/hadoop/mapreduce/hadoop-mapreduce-examples-*.jar"
    # Two tasks beside the application's master: more than one worker has room for.
    ended = cluster.ectf(
        "ssh", "master001", "--", f"yarn jar {jar} wordcount -Dmapreduce.job.reduces=2 words.txt counted"
    )
    assert "completed successfully" in ended.text
    (job,) = set(re.findall(r"job_(\d+_\d+)", ended.text))
    counts = dict(line.split() for line in on(cluster, "hdfs dfs -cat 'counted/part-r-*'").splitlines())
    assert counts == {"alpha": "40000", "beta": "20000"}
    for worker in ("worker001", "worker002"):
        # Ends with 1 where there is no such line.
        on(
            cluster,
            f"sudo journalctl -q -u hadoop-nodemanager --grep 'Start request for container.*{job}'",
            worker,
        )


def test_up_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert report["plan"]["infrastructure"]["nodes"] == []
    assert report["configuration"]["changed"] == {}
    assert report["health"][0]["message"] == "3 of 3 data nodes, 2 of 2 node managers"


def test_one_node_leaves_without_loss_and_another_comes(cluster: Folder) -> None:
    # The only copy is on the host that it is written from.
    on(cluster, "hdfs dfs -Ddfs.replication=1 -put /etc/hostname single.txt", "worker001")
    text = (cluster.path / "cluster.yaml").read_text(encoding="utf-8")
    cluster.write(text.replace("    count: 2\n", "    count: 2\n    exclude: [worker001]\n"))
    cluster.ectf("up", "--yes", "--no-drain", code=3)  # blocks of HDFS are something of value
    report = cluster.ectf("up", "--yes", "--json").events()[-1]
    assert {(one["name"], one["action"]) for one in report["plan"]["infrastructure"]["nodes"]} == {
        ("worker001", "destroy"),
        ("worker003", "create"),
    }
    assert report["health"][0]["message"] == "3 of 3 data nodes, 2 of 2 node managers"
    assert on(cluster, "hdfs dfs -cat single.txt").strip() == "worker001"
    said = on(cluster, "hdfs fsck /user/$(id -un)/words.txt -files -blocks")
    assert "Live_repl=2" in said and "is HEALTHY" in said
    assert not on(cluster, "cat /var/lib/hadoop/dfs.exclude /var/lib/hadoop/yarn.exclude").split()


def test_nodes_are_kept_that_copies_need(cluster: Folder) -> None:
    workers = [name for name in cluster.nodes() if name != "master001"]
    line = f"{HOOKS}/drain/hadoop datanode {' '.join(workers)}"
    refused = cluster.ectf("ssh", "master001", "--", line, code=1)
    assert "blocks are wanted 2 times and only 1 data node(s) would stay" in refused.text
    assert not set(workers) & set(on(cluster, "cat /var/lib/hadoop/dfs.exclude").split())


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
