"""The rules of the providers."""

from tests.provider_double.clouds.aws import Aws
from tests.provider_double.clouds.azure import Azure
from tests.provider_double.clouds.google import Google
from tests.provider_double.clouds.incus import Incus
from tests.provider_double.clouds.openstack import Openstack
from tests.provider_double.making import Cloud

CLOUDS: dict[str, Cloud] = {
    "aws": Aws(),
    "google": Google(),
    "openstack": Openstack(),
    "azure": Azure(),
    "incus": Incus(),
}
