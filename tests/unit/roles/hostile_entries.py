"""For each software variables that are right, with an entry in every list and mapping: where hostile texts are put."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Entry:
    """`good` are variables that the role takes, `parts` the hosts (a001, b001) of parts that can't have both.

    `elsewhere` are places that only fit other variables than these, by the test that puts hostile texts there.
    """

    good: Mapping[str, Any]
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)


SUM = "0123456789abcdef" * 8
KEY = "ssh-ed25519 " + "A" * 60
FILE = "/etc/hostname"  # of the machine that runs the test; any file will do
PGP, BLOCK = "-----", " PGP PUBLIC KEY BLOCK-----"
RESOURCES = dict.fromkeys(("max_tres_per_job", "group_tres", "group_tres_minutes"), "cpu=8")
ENTRIES = {
    "glusterfs": Entry(
        {"glusterfs_volumes": [{"name": "home", "mount": "/home", "options": {"nfs.x": "1"}, "mode": "0755"}]}
    ),
    "gridengine": Entry(
        {
            "gridengine_queues": [
                {
                    "name": "q",
                    "hosts": ["a"],
                    "parallel_environments": ["smp"],
                    "user_lists": ["some"],
                    "settings": {"prolog": "x"},
                }
            ],
            "gridengine_parallel_environments": [
                {"name": "smp", "allocation_rule": "$pe_slots", "settings": {"stop_proc_args": "y"}}
            ],
            "gridengine_host_groups": [{"name": "fast", "hosts": ["a"]}],
            "gridengine_user_lists": [{"name": "some", "users": ["ada"]}],
            "gridengine_resource_quotas": [{"name": "r", "description": "x", "limits": ["to slots=1"]}],
            "gridengine_scheduler": {"weight": "y"},
            "gridengine_configuration": {"mailer": "y"},
        }
    ),
    "hadoop": Entry(
        {
            "hadoop_archive_sha512": SUM,
            "hadoop_archive_url": "https://ectf.plain/x",
            "hadoop_heap_mb": {"namenode": 512},
            "hadoop_core_site": {"a.b": "c"},
            "hadoop_hdfs_site": {"a.b": "c"},
            "hadoop_yarn_site": {"a.b": "c"},
            "hadoop_mapred_site": {"a.b": "c"},
            "hadoop_capacity_scheduler": {"a.b": "c"},
        }
    ),
    "monitoring": Entry(
        {
            "monitoring_retention_size": "10GB",
            "monitoring_scrapes": [{"name": "x", "port": 1, "groups": ["a"]}],
            "monitoring_rules": [{"alert": "A", "expr": "x"}],
            "monitoring_alertmanager": {"templates": "x"},
            "monitoring_grafana": True,
            "monitoring_grafana_repository": "https://apt.plain",
            "monitoring_grafana_key": f"{PGP}BEGIN{BLOCK}\n\nAAAA\n{PGP}END{BLOCK}",
            "monitoring_grafana_version": "11.6",
        }
    ),
    "nfs": Entry(
        {
            "nfs_exports": [
                {
                    "name": "home",
                    "mount": "/home",
                    "server": "a001",
                    "clients": ["b"],
                    "options": ["no_root_squash"],
                    "mode": "0755",
                }
            ]
        }
    ),
    "sharedfs": Entry(
        {
            "sharedfs_mounts": [
                {
                    "name": "home",
                    "mount": "/home",
                    "source": "a@b:/c",
                    "type": "sshfs",
                    "secret_file": FILE,
                    "host_key": KEY,
                    "mode": "0755",
                }
            ],
            "sharedfs_packages": {"nfs": ["x"]},
        },
        elsewhere=dict.fromkeys(
            ("sharedfs_mounts.0.cloud_fs", "sharedfs_mounts.0.cloud"), "test_sharedfs.py"
        ),
    ),
    "slurm": Entry(
        {
            "slurm_partitions": [
                {"name": "main", "groups": ["a"], "accounts": ["science"], "extra": {"OverSubscribe": "x"}}
            ],
            "slurm_node_groups": [{"group": "a", "gres": ["fpga:2"], "extra": {"TmpDisk": "1"}}],
            "slurm_accounts": [{"name": "maths", "parent": "science", **RESOURCES}, {"name": "science"}],
            "slurm_users": [{"name": "ada", "accounts": ["science"], **RESOURCES}],
            "slurm_qos": [{"name": "one", "max_tres_per_user": "cpu=8", **RESOURCES}],
            "slurm_extra_config": {"JobCompLoc": "x"},
        },
        {"backup": []},
    ),
    "spark": Entry(
        {
            "spark_archive_sha512": SUM,
            "spark_archive_url": "https://ectf.plain/x",
            "spark_defaults": {"spark.x": "y"},
        }
    ),
    "torque": Entry(
        {
            "torque_archive_url": "https://x.example/a",
            "torque_archive_sha256": SUM[:64],
            "torque_maui_archive_url": "https://x.example/m",
            "torque_maui_archive_sha256": SUM[:64],
            "torque_scheduler": "maui",
            "torque_packages": {"server": ["torque-server"]},
            "torque_queue_settings": {"x": "y"},
            "torque_server_settings": {"x": "y"},
            "torque_maui_settings": {"X": "y"},
        }
    ),
    "users": Entry(
        {
            "users_groups": [{"name": "lab", "gid": 5000}],
            "users_accounts": [{"name": "ada", "uid": 5001, "group": "lab", "ssh_keys": [KEY]}],
            "users_passwords": {"ada": "*"},
            "users_ldap": {
                "uris": ["ldaps://ldap.plain"],
                "base": "dc=a",
                "user_base": "ou=b,dc=a",
                "group_base": "ou=c,dc=a",
                "schema": "rfc2307",
                "bind_dn": "cn=d,dc=a",
                "secret_file": FILE,
                "ca_file": FILE,
                "allow_groups": ["lab"],
            },
        }
    ),
    "ganglia": Entry({"ganglia_archives": [{"step": 15, "rows": 10}]}),
    "jupyterhub": Entry(
        {
            "jupyterhub_version": "6.1.1",
            "jupyterhub_lab_version": "4.6.6",
            "jupyterhub_memory": "4G",
            "jupyterhub_slurm": {"partition": "main", "time": "1"},
            "jupyterhub_tls": "files",
            "jupyterhub_certificate": FILE,
            "jupyterhub_certificate_key": FILE,
            "jupyterhub_settings": {"Spawner": {"default_url": "/lab"}},
        },
        {"node": [], "public": []},
    ),
    "lmod": Entry(
        {
            "lmod_modules": [
                {
                    "name": "x",
                    "version": "1",
                    "needs": ["y"],
                    "paths": {"PATH": ["/x"]},
                    "variables": {"X": "y"},
                }
            ],
            "lmod_spack_archive_url": "https://ectf.plain/x",
            "lmod_spack_archive_sha512": SUM,
        },
        elsewhere={"lmod_modules.0.lua": "test_lmod.py"},  # a program, as it stands
    ),
    "mpi": Entry({"mpi_parameters": {"btl_tcp_if_include": "eth0"}}),
    "openpbs": Entry(
        {
            "openpbs_archive_url": "https://x.example/a",
            "openpbs_archive_sha256": SUM[:64],
            "openpbs_packages": {"server": ["openpbs-server"]},
            "openpbs_queue_settings": {"x": "y"},
            "openpbs_server_settings": {"x": "y"},
        }
    ),
}
