"""The rules of the four providers."""

from ..making import Cloud
from .aws import Aws
from .azure import Azure
from .google import Google
from .openstack import Openstack

CLOUDS: dict[str, Cloud] = {"aws": Aws(), "google": Google(), "openstack": Openstack(), "azure": Azure()}
