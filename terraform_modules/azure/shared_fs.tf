# NFS shares of Azure Files. An account's name is unique in the world, so it comes from who asks and where.

data "azurerm_client_config" "current" {
  count = length(var.shared_fs) > 0 ? 1 : 0
}

resource "azurerm_storage_account" "shared_fs" {
  for_each = var.shared_fs

  name                            = "ectf${substr(md5("${data.azurerm_client_config.current[0].subscription_id}/${var.location}/${var.cluster_name}/${each.key}"), 0, 20)}"
  resource_group_name             = local.resource_group
  location                        = var.location
  account_kind                    = "FileStorage"
  account_tier                    = "Premium"
  account_replication_type        = "LRS"
  https_traffic_only_enabled      = false # NFS has no HTTPS; the network rules below guard it
  shared_access_key_enabled       = false
  allow_nested_items_to_be_public = false
  tags                            = var.labels

  network_rules {
    default_action             = "Deny"
    bypass                     = ["None"]
    virtual_network_subnet_ids = [local.subnet_id]
  }
}

resource "azurerm_storage_share" "shared_fs" {
  for_each = var.shared_fs

  name               = each.key
  storage_account_id = azurerm_storage_account.shared_fs[each.key].id
  enabled_protocol   = "NFS"
  quota              = each.value.size_gb
}

output "shared_fs" {
  description = "Shared file systems by name: what to mount, and how."
  value = {
    for name in keys(var.shared_fs) : name => {
      source  = "${azurerm_storage_account.shared_fs[name].primary_file_host}:/${azurerm_storage_account.shared_fs[name].name}/${azurerm_storage_share.shared_fs[name].name}"
      type    = "nfs4"
      options = "vers=4,minorversion=1,sec=sys,nconnect=4,_netdev"
    }
  }
}
