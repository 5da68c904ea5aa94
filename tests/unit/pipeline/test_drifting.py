"""What changed behind ectf's back, on a cloud that only remembers."""

from tests.builders import Terrain


def test_a_cloud_without_drift_and_hosts_whose_configuration_is_due(three: Terrain) -> None:
    found = three.cluster().drift()
    assert (found.resources, found.differences) == ((), ())
    assert set(found.unjudged) == {"compute001", "compute002", "compute003"}  # they were never configured
    assert found.drifted


def test_a_cluster_that_never_was(three: Terrain) -> None:
    three.cluster().down(bool)
    assert not three.cluster().drift().drifted
