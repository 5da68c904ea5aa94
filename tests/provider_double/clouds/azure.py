"""Azure: ids are long paths below a subscription; a machine's addresses are its network interfaces'."""

import re
from typing import Any

from tests.provider_double.clouds import azure_data
from tests.provider_double.clouds.base import Base
from tests.provider_double.making import Making, Scene, digest, mac, random_hex, uuid
from tests.provider_double.schema import Kind, Values
from tests.provider_double.values import known

_NET = "{group}/providers/Microsoft.Network"
_COMPUTE = "{group}/providers/Microsoft.Compute"
_STORAGE = "{group}/providers/Microsoft.Storage"
_NETAPP = "{group}/providers/Microsoft.NetApp/netAppAccounts"
_BUDGET = "{resource_group_id}/providers/Microsoft.Consumption/budgets/{name}"
_GUARDED = "{network_interface_id}|{network_security_group_id}"
_RULE = _NET + "/networkSecurityGroups/{network_security_group_name}/securityRules/{name}"
_IDENTITY = "{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
_IDS = {
    "azurerm_application_security_group": _NET + "/applicationSecurityGroups/{name}",
    "azurerm_availability_set": _COMPUTE + "/availabilitySets/{name}",
    "azurerm_bastion_host": _NET + "/bastionHosts/{name}",
    "azurerm_capacity_reservation": "{capacity_reservation_group_id}/capacityReservations/{name}",
    "azurerm_consumption_budget_resource_group": _BUDGET,
    "azurerm_dns_a_record": _NET + "/dnsZones/{zone_name}/A/{name}",
    "azurerm_image": _COMPUTE + "/images/{name}",
    "azurerm_key_vault": "{group}/providers/Microsoft.KeyVault/vaults/{name}",
    "azurerm_key_vault_secret": "{key_vault_id}/secrets/{name}",
    "azurerm_linux_virtual_machine": _COMPUTE + "/virtualMachines/{name}",
    "azurerm_managed_disk": _COMPUTE + "/disks/{name}",
    "azurerm_managed_lustre_file_system": "{group}/providers/Microsoft.StorageCache/amlFilesystems/{name}",
    "azurerm_nat_gateway": _NET + "/natGateways/{name}",
    "azurerm_nat_gateway_public_ip_association": "{nat_gateway_id}|{public_ip_address_id}",
    "azurerm_netapp_account": _NETAPP + "/{name}",
    "azurerm_netapp_pool": _NETAPP + "/{account_name}/capacityPools/{name}",
    "azurerm_netapp_volume": _NETAPP + "/{account_name}/capacityPools/{pool_name}/volumes/{name}",
    "azurerm_network_interface": _NET + "/networkInterfaces/{name}",
    "azurerm_network_interface_application_security_group_association": (
        "{network_interface_id}|{application_security_group_id}"
    ),
    "azurerm_network_interface_security_group_association": _GUARDED,
    "azurerm_network_security_group": _NET + "/networkSecurityGroups/{name}",
    "azurerm_network_security_rule": _RULE,
    "azurerm_private_dns_a_record": "{private_dns_zone_id}/A/{name}",
    "azurerm_private_dns_zone": _NET + "/privateDnsZones/{name}",
    "azurerm_private_dns_zone_virtual_network_link": "{private_dns_zone_id}/virtualNetworkLinks/{name}",
    "azurerm_proximity_placement_group": _COMPUTE + "/proximityPlacementGroups/{name}",
    "azurerm_public_ip": _NET + "/publicIPAddresses/{name}",
    "azurerm_resource_group": "/subscriptions/{subscription}/resourceGroups/{name}",
    "azurerm_role_assignment": "{scope}/providers/Microsoft.Authorization/roleAssignments/{random}",
    "azurerm_route": _NET + "/routeTables/{route_table_name}/routes/{name}",
    "azurerm_route_table": _NET + "/routeTables/{name}",
    "azurerm_ssh_public_key": _COMPUTE + "/sshPublicKeys/{name}",
    "azurerm_storage_account": _STORAGE + "/storageAccounts/{name}",
    "azurerm_storage_container": "{storage_account_id}/blobServices/default/containers/{name}",
    "azurerm_storage_share": "{storage_account_id}/fileServices/default/shares/{name}",
    "azurerm_subnet": _NET + "/virtualNetworks/{virtual_network_name}/subnets/{name}",
    "azurerm_subnet_nat_gateway_association": "{subnet_id}",
    "azurerm_subnet_network_security_group_association": "{subnet_id}",
    "azurerm_subnet_route_table_association": "{subnet_id}",
    "azurerm_user_assigned_identity": _IDENTITY,
    "azurerm_virtual_machine_data_disk_attachment": "{virtual_machine_id}/dataDisks/{disk}",
    "azurerm_virtual_machine_extension": "{virtual_machine_id}/extensions/{name}",
    "azurerm_virtual_network": _NET + "/virtualNetworks/{name}",
}


class Azure(Base):
    def identify(self, making: Making) -> str:
        pattern = _IDS.get(making.type, "/subscriptions/{subscription}/things/{random}")
        return pattern.format(**{name: _named(making, name) for name in re.findall(r"{(\w+)}", pattern)})

    def invent(self, making: Making, name: str) -> str | None:
        return azure_data.tenant(name)

    def answer(self, scene: Scene, kind: Kind, config: Values) -> Values | None:
        return azure_data.answer(scene, kind, config)

    def azurerm_network_interface(self, making: Making) -> Values:
        configs = known(making.values.get("ip_configuration")) or []
        found = [_address(making, index, item) for index, item in enumerate(configs)]
        return {
            "applied_dns_servers": [],
            "internal_domain_name_suffix": f"{digest(making.id, length=16)}.internal.cloudapp.net",
            "ip_configuration": [
                {"private_ip_address": address, "primary": index == 0} for index, address in enumerate(found)
            ],
            "mac_address": mac(making.id).upper().replace(":", "-"),
            "private_ip_address": found[0] if found else "",
            "private_ip_addresses": found,
            "virtual_machine_id": "",
        }

    def azurerm_public_ip(self, making: Making) -> Values:
        label = making.text("domain_name_label")
        name = f"{label}.{making.text('location')}.cloudapp.azure.com" if label else ""
        return {"ip_address": making.scene.public_address(making.owner), "fqdn": name}

    def azurerm_linux_virtual_machine(self, making: Making) -> Values:
        private: list[str] = []
        public: list[str] = []
        for identity in known(making.values.get("network_interface_ids")) or []:
            nic = making.scene.lookup("azurerm_network_interface", identity)
            for item in nic.get("ip_configuration") or []:
                private.append(item.get("private_ip_address") or "")
                address = making.scene.lookup("azurerm_public_ip", item.get("public_ip_address_id"))
                public += [address["ip_address"]] if address.get("ip_address") else []
        name = making.text("name")
        disk = f"{name}_OsDisk_1_{digest(making.id, length=32)}"
        return {
            "allow_extension_operations": True,
            "computer_name": name,
            "disable_password_authentication": True,
            "identity": [{"principal_id": uuid(making.id, "principal"), "tenant_id": azure_data.TENANT}],
            "os_disk": [{"name": disk, "disk_size_gb": 30, "id": f"{making.id}/osdisk"}],
            "os_managed_disk_id": making.id.rsplit("/", 2)[0] + f"/disks/{disk}",
            "patch_assessment_mode": "ImageDefault",
            "patch_mode": "ImageDefault",
            "private_ip_address": private[0] if private else "",
            "private_ip_addresses": private,
            "provision_vm_agent": True,
            "public_ip_address": public[0] if public else "",
            "public_ip_addresses": public,
            "virtual_machine_id": uuid(making.id, "machine"),
        }

    def azurerm_managed_disk(self, making: Making) -> Values:
        return {"disk_size_gb": 32, "disk_iops_read_write": 500, "disk_mbps_read_write": 100, "max_shares": 1}

    def azurerm_storage_account(self, making: Making) -> Values:
        name = making.text("name")
        words = ("blob", "dfs", "file", "queue", "table", "web")
        hosts: Values = {f"primary_{word}_host": f"{name}.{word}.core.windows.net" for word in words}
        urls: Values = {
            f"primary_{word}_endpoint": f"https://{name}.{word}.core.windows.net/" for word in words
        }
        return hosts | urls | {"primary_location": making.text("location"), "access_tier": "Hot"}

    def azurerm_storage_share(self, making: Making) -> Values:
        account = making.text("storage_account_id").rsplit("/", 1)[-1]
        return {"url": f"https://{account}.file.core.windows.net/{making.text('name')}"}

    def azurerm_netapp_volume(self, making: Making) -> Values:
        address = subnet_address(making, making.text("subnet_id"), making.owner, None)
        return {"mount_ip_addresses": [address], "protocols": ["NFSv3"]}

    def azurerm_managed_lustre_file_system(self, making: Making) -> Values:
        return {"mgs_address": subnet_address(making, making.text("subnet_id"), making.owner, None)}

    def azurerm_user_assigned_identity(self, making: Making) -> Values:
        ids = {name: uuid(making.id, name) for name in ("client_id", "principal_id")}
        return ids | {"tenant_id": azure_data.TENANT}


def _address(making: Making, index: int, item: Values) -> str:
    owner = making.owner if index == 0 else f"{making.owner}#{index}"
    static = item.get("private_ip_address_allocation") == "Static"
    return subnet_address(
        making, item.get("subnet_id"), owner, item.get("private_ip_address") if static else None
    )


def subnet_address(making: Making, subnet_id: Any, owner: str, wanted: Any) -> str:
    subnet = making.scene.lookup("azurerm_subnet", subnet_id)
    prefixes = subnet.get("address_prefixes") or ["10.240.0.0/16"]
    return making.scene.address(str(subnet_id), prefixes[0], owner, wanted)


def _named(making: Making, name: str) -> str:
    if name == "group":
        subscription = azure_data.subscription(making.scene)
        group = making.text("resource_group_name") or making.text("parent_name") or "group"
        return f"/subscriptions/{subscription}/resourceGroups/{group}"
    if name == "subscription":
        return azure_data.subscription(making.scene)
    if name == "random":
        return making.text("name") or uuid(random_hex())
    if name == "disk":
        return making.text("managed_disk_id").rsplit("/", 1)[-1]
    return making.text(name) or random_hex(12)
