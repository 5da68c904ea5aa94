"""Google Cloud: ids are paths made of names, self links, labels of three kinds."""

import os
import re
from collections.abc import Iterable
from typing import Any, ClassVar

from tests.provider_double import addresses
from tests.provider_double.clouds import google_data
from tests.provider_double.clouds.base import Base, Recomputed, union
from tests.provider_double.making import Making, Scene, digest
from tests.provider_double.schema import Kind, Values
from tests.provider_double.values import is_unknown, known
from tests.provider_double.world import Thing

_ACCOUNT = "projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com"
_IDS = {
    "google_billing_budget": "billingAccounts/{billing_account}/budgets/{random}",
    "google_compute_address": "projects/{project}/regions/{region}/addresses/{name}",
    "google_compute_attached_disk": "projects/{project}/zones/{zone}/instances/{instance}/{disk}",
    "google_compute_disk": "projects/{project}/zones/{zone}/disks/{name}",
    "google_compute_disk_resource_policy_attachment": "{project}/{zone}/{disk}/{name}",
    "google_compute_firewall": "projects/{project}/global/firewalls/{name}",
    "google_compute_global_address": "projects/{project}/global/addresses/{name}",
    "google_compute_image": "projects/{project}/global/images/{name}",
    "google_compute_instance": "projects/{project}/zones/{zone}/instances/{name}",
    "google_compute_instance_group": "projects/{project}/zones/{zone}/instanceGroups/{name}",
    "google_compute_instance_template": "projects/{project}/global/instanceTemplates/{name}",
    "google_compute_network": "projects/{project}/global/networks/{name}",
    "google_compute_network_peering": "{network}/{name}",
    "google_compute_project_metadata": "{project}",
    "google_compute_project_metadata_item": "{key}",
    "google_compute_reservation": "projects/{project}/zones/{zone}/reservations/{name}",
    "google_compute_resource_policy": "projects/{project}/regions/{region}/resourcePolicies/{name}",
    "google_compute_resource_policy_attachment": "{project}/{zone}/{instance}/{name}",
    "google_compute_route": "projects/{project}/global/routes/{name}",
    "google_compute_router": "projects/{project}/regions/{region}/routers/{name}",
    "google_compute_router_nat": "{project}/{region}/{router}/{name}",
    "google_compute_subnetwork": "projects/{project}/regions/{region}/subnetworks/{name}",
    "google_dns_managed_zone": "projects/{project}/managedZones/{name}",
    "google_dns_record_set": "projects/{project}/managedZones/{managed_zone}/rrsets/{name}/{type}",
    "google_filestore_instance": "projects/{project}/locations/{location}/instances/{name}",
    "google_lustre_instance": "projects/{project}/locations/{location}/instances/{instance_id}",
    "google_project_iam_member": "{project}/{role}/{member}",
    "google_project_service": "{project}/{service}",
    "google_secret_manager_secret": "projects/{project}/secrets/{secret_id}",
    "google_secret_manager_secret_version": "{secret}/versions/{random}",
    "google_service_account": _ACCOUNT,
    "google_storage_bucket": "{name}",
    "google_storage_bucket_object": "{bucket}-{name}",
}
# Arguments of an instance that can be changed only while it is stopped.
_STOPPING = (
    "enable_display",
    "machine_type",
    "min_cpu_platform",
    "service_account",
    "shielded_instance_config",
)
_LINKED = re.compile(r"^https://[^/]+/compute/v1/")
_PROJECT_VARIABLES = ("GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT")


class Google(Base):
    recomputed: ClassVar[Recomputed] = {
        "labels": ("label_fingerprint",),
        "metadata": ("metadata_fingerprint",),
        "tags": ("tags_fingerprint",),
    }

    def identify(self, making: Making) -> str:
        pattern = _IDS.get(making.type, "{random}")
        return pattern.format(**{name: _named(making, name) for name in re.findall(r"{(\w+)}", pattern)})

    def labels(self, scene: Scene, kind: Kind, planned: Values) -> None:
        if "effective_labels" not in kind.block.attributes or is_unknown(planned.get("labels")):
            return
        settings = scene.settings.values
        own: Values = dict(known(settings.get("default_labels")) or {})
        if settings.get("add_terraform_attribution_label") is not False:
            own["goog-terraform-provisioned"] = "true"
        union(kind, planned, "terraform_labels", own, planned.get("labels"))
        union(kind, planned, "effective_labels", own, planned.get("labels"))

    def refuse_update(self, kind: Kind, prior: Values, planned: Values) -> str:
        if kind.name != "google_compute_instance" or planned.get("allow_stopping_for_update"):
            return ""
        changed = [name for name in _STOPPING if planned.get(name) != prior.get(name)]
        return (
            f"Changing {', '.join(changed)} on a started instance requires stopping it. "
            "To acknowledge this, please set allow_stopping_for_update = true in your config"
            if changed
            else ""
        )

    def refuse_delete(self, thing: Thing) -> str:
        if thing.attributes.get("deletion_protection"):
            return "Error 412: Resource cannot be deleted if it's protected: deletion_protection is true"
        return ""

    def import_ids(self, scene: Scene, type_name: str, given: str) -> Iterable[str]:
        """Full path, self link, or the last parts of the path: zone/name, name."""
        yield self_id(given)
        for thing in scene.world.all(type_name):
            parts = [
                part for part in thing.id.split("/") if part not in ("projects", "zones", "regions", "global")
            ]
            short = [parts[0], *parts[1:-2], parts[-1]] if len(parts) > 3 else parts
            if given in (thing.id.rsplit("/", 1)[-1], "/".join(short), "/".join(short[1:])):
                yield thing.id

    def invent(self, making: Making, name: str) -> str | None:
        if name == "self_link":
            return link(making.id)
        if name in ("project", "region", "zone", "location"):
            return _named(making, name)
        if name.endswith("_id") and name not in ("secret_id", "account_id"):
            return str(int(digest(making.id, name, length=15), 16))
        if name == "name":
            return making.id
        return None

    def answer(self, scene: Scene, kind: Kind, config: Values) -> Values | None:
        return google_data.answer(scene, kind, config)

    def google_compute_instance(self, making: Making) -> Values:
        interfaces = known(making.values.get("network_interface")) or []
        return {
            "current_status": "RUNNING",
            "cpu_platform": "Intel Cascade Lake",
            "network_interface": [_interface(making, index, item) for index, item in enumerate(interfaces)],
            "boot_disk": [
                {
                    "device_name": "persistent-disk-0",
                    "source": link(f"{_zonal(making)}/disks/{making.text('name')}"),
                    "initialize_params": [
                        {"size": 10, "type": "pd-standard", "image": "projects/debian-cloud"}
                    ],
                }
            ],
            "attached_disk": [
                {"device_name": f"persistent-disk-{index + 1}"}
                for index, _disk in enumerate(known(making.values.get("attached_disk")) or [])
            ],
            "service_account": [
                {"email": f"{digest(_named(making, 'project'), length=12)}@developer.example"}
            ],
            "scheduling": [{"on_host_maintenance": "MIGRATE", "provisioning_model": "STANDARD"}],
        }

    def google_compute_subnetwork(self, making: Making) -> Values:
        cidr = making.text("ip_cidr_range", "10.128.0.0/20")
        base = cidr.split("/")[0].rsplit(".", 1)[0]
        number = int(digest(making.id, length=12), 16)
        return {"gateway_address": f"{base}.1", "subnetwork_id": number, "stack_type": "IPV4_ONLY"}

    def google_compute_address(self, making: Making) -> Values:
        if making.text("address_type") != "INTERNAL":
            return {"address": making.scene.public_address(making.owner), "network_tier": "PREMIUM"}
        identity, cidr = subnet(making.scene, known(making.values.get("subnetwork")))
        wanted = known(making.values.get("address"))
        return {
            "address": making.scene.address(identity, cidr, making.owner, wanted),
            "purpose": "GCE_ENDPOINT",
        }

    def google_compute_global_address(self, making: Making) -> Values:
        return {"address": making.scene.public_address(making.owner)}

    def google_compute_attached_disk(self, making: Making) -> Values:
        return {"device_name": f"persistent-disk-{digest(making.id, length=4)}"}

    def google_compute_disk(self, making: Making) -> Values:
        return {"size": 10, "physical_block_size_bytes": 4096, "access_mode": "READ_WRITE_SINGLE"}

    def google_service_account(self, making: Making) -> Values:
        email = making.id.rsplit("/", 1)[-1]
        return {"email": email, "member": f"serviceAccount:{email}", "name": making.id}

    def google_filestore_instance(self, making: Making) -> Values:
        address = making.scene.address("filestore", "10.200.0.0/16", making.owner)
        return {"networks": [{"ip_addresses": [address], "reserved_ip_range": f"{address}/29"}]}

    def google_lustre_instance(self, making: Making) -> Values:
        return {"mount_point": f"10.201.0.2@tcp:/{making.text('filesystem')}", "name": making.id}


def _interface(making: Making, index: int, item: Values) -> Values:
    scene = making.scene
    identity, cidr = subnet(scene, item.get("subnetwork") or item.get("network"))
    owner = making.owner if index == 0 else f"{making.owner}#{index}"
    network = scene.lookup("google_compute_subnetwork", identity).get("network")
    return {
        "name": f"nic{index}",
        "network": network or "default",
        "network_ip": _reserved(scene, identity, item.get("network_ip"))
        or scene.address(identity, cidr, owner, item.get("network_ip")),
        "stack_type": "IPV4_ONLY",
        "subnetwork": link(identity) if identity.startswith("projects/") else identity,
        "subnetwork_project": _named(making, "project"),
        "access_config": [
            {} if config.get("nat_ip") else {"nat_ip": scene.public_address(owner), "network_tier": "PREMIUM"}
            for config in item.get("access_config") or []
        ],
    }


def _reserved(scene: Scene, pool: str, address: Any) -> str | None:
    """An address that is held by a reservation may be used by a machine, too."""
    held = addresses.holder(scene.world, pool, str(address)) if address else ""
    return str(address) if held.startswith("google_compute_address ") else None


def subnet(scene: Scene, named: Any) -> tuple[str, str]:
    """The id and the CIDR of a subnetwork given by id, self link or name."""
    text = self_id(named) if isinstance(named, str) else "default"
    found = scene.lookup("google_compute_subnetwork", text)
    if not found:
        short = text.rsplit("/", 1)[-1]
        others = scene.world.find("google_compute_subnetwork", name=short)
        found = others[0].attributes if others else {}
        text = others[0].id if others else text
    return text, found.get("ip_cidr_range") or "10.128.0.0/20"


def self_id(text: str) -> str:
    return _LINKED.sub("", text)


def link(identity: str) -> str:
    return f"https://www.googleapis.com/compute/v1/{identity}"


def _zonal(making: Making) -> str:
    return f"projects/{_named(making, 'project')}/zones/{_named(making, 'zone')}"


def _named(making: Making, name: str) -> str:
    value = making.values.get(name)
    if isinstance(value, str) and value:
        return value if name in ("role", "member", "secret") else self_id(value).rsplit("/", 1)[-1]
    return default(making.scene, making.id or making.type, name)


def default(scene: Scene, seed: str, name: str) -> str:
    """What the provider's block says for project, region and zone, or a plausible value."""
    if name == "project":
        told = next((os.environ[key] for key in _PROJECT_VARIABLES if os.environ.get(key)), "double-project")
        return scene.settings.text("project", told)
    if name == "region":
        zone = scene.settings.text("zone", "europe-west3-a")
        return scene.settings.text("region", zone.rsplit("-", 1)[0])
    if name in ("zone", "location"):
        return scene.settings.text("zone", f"{scene.settings.text('region', 'europe-west3')}-a")
    return digest(seed, name, os.urandom(8), length=12)
