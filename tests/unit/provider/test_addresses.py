import socket

import pytest

from elasticluster_tf.provider.addresses import PORTS, free_address, free_port, is_port_free
from elasticluster_tf.provider.problems import ProviderError


def test_lowest_free_address_after_the_gateway() -> None:
    assert free_address("10.90.0.0/24", set()) == "10.90.0.2"
    assert free_address("10.90.0.0/24", {"10.90.0.2", "10.90.0.4"}) == "10.90.0.3"


def test_a_full_network_says_how_to_get_a_larger_one() -> None:
    with pytest.raises(ProviderError) as caught:
        free_address("10.90.0.0/30", {"10.90.0.2"})
    assert "subnet" in caught.value.detail


def test_ports_of_stopped_nodes_and_of_other_programs_are_left_alone() -> None:
    first = PORTS.start
    assert free_port(set(), lambda _: True) == first
    assert free_port({first}, lambda port: port != first + 1) == first + 2


def test_no_port_left() -> None:
    with pytest.raises(ProviderError):
        free_port(set(), lambda _: False)


def test_a_port_that_is_listened_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_port_free(port)
    assert is_port_free(port)
