locals {
  made_network   = var.network == null
  resource_group = var.resource_group == null ? azurerm_resource_group.cluster[0].name : var.resource_group
  subnet_cidr    = local.made_network ? cidrsubnet(var.network_cidr, 1, 0) : data.azurerm_subnet.given[0].address_prefixes[0]
  # By way of the associations, so that a machine is up only where it is guarded already and finds its way out.
  subnet_id = !local.made_network ? data.azurerm_subnet.given[0].id : local.nat ? azurerm_subnet_nat_gateway_association.cluster[0].subnet_id : azurerm_subnet_network_security_group_association.cluster[0].subnet_id

  groups = { for name, node in var.nodes : node.group => name... }
  public = sort([for name, node in var.nodes : name if node.public_ip])
  nat    = local.made_network && coalesce(var.egress, length(local.public) < length(var.nodes) ? "nat" : "none") == "nat"

  # A node without an entry of its own has no options.
  options = {
    for name in keys(var.nodes) : name => try(var.node_settings[name], {
      disk_type              = null
      spot_max_price         = null
      identities             = []
      trusted_launch         = null
      accelerated_networking = null
      purchase_plan          = false
      luns                   = {}
    })
  }

  # Types known to have accelerated networking. Azure refuses an interface that has it on a machine of another.
  accelerates = "^Standard_([DEFLM].*_v[4-9]|F[0-9]+s_v2|H[BCX].*|N[CDV].*_v[3-9])$"

  # How each group's image is named to Azure: publisher, offer, sku and version, or nothing for an id.
  image_urns = {
    for group, names in local.groups : group => try(
      [
        var.images[var.nodes[names[0]].image].publisher,
        var.images[var.nodes[names[0]].image].offer[var.nodes[names[0]].arch],
        var.images[var.nodes[names[0]].image].sku[var.nodes[names[0]].arch],
        "latest",
      ],
      startswith(var.nodes[names[0]].image, "/") ? [] : split(":", var.nodes[names[0]].image)
    )
  }

  # What node.tf.j2 reads. A reference to it makes Terraform read its expression anew, each time: this one is short.
  node = local.node_values

  # All that a node's own blocks need, in one value: a reference each to its parts would make plans of large clusters slow.
  node_values = {
    for name, node in var.nodes : name => {
      name            = "${var.cluster_name}-${name}"
      resource_group  = local.resource_group
      location        = var.location
      subnet_id       = local.subnet_id
      tags            = merge(var.labels, node.labels, { "ectf-group" = node.group, "ectf-node" = name })
      guard           = azurerm_network_security_group.cluster.id
      security_groups = local.security_groups[node.group]

      type        = node.type
      zone        = node.zone == "spread" ? var.zones[(node.index - 1) % length(var.zones)] : node.zone
      together    = node.placement == "together" ? azurerm_proximity_placement_group.together[node.group].id : null
      apart       = node.placement == "apart" ? azurerm_availability_set.apart[node.group].id : null
      user        = lookup(var.ssh_user, node.image, "azureuser")
      custom_data = try(base64encode(var.user_data[name]), null)
      key         = var.ssh_public_key
      extensions  = var.allow_extensions
      host_crypt  = var.encryption_at_host
      disk_crypt  = var.disk_encryption_set_id
      disk_type   = coalesce(local.options[name].disk_type, var.disk_type)
      disk_gb     = node.disk_gb
      volume_type = var.volume_type
      identities  = [for ids in [local.options[name].identities] : ids if length(ids) > 0]
      image_id    = length(local.image_urns[node.group]) == 0 ? node.image : null
      urn         = length(local.image_urns[node.group]) == 4 ? [local.image_urns[node.group]] : []
      # Images that are sold in the Marketplace want the plan they are sold under, even the free ones.
      plan = try(var.images[node.image].plan, local.options[name].purchase_plan) ? [local.image_urns[node.group]] : []
      # Only known images on families known to have it: Azure refuses to start others.
      trusted = coalesce(
        local.options[name].trusted_launch,
        try(var.images[node.image].trusted_launch, false) && node.arch == "x86_64" && can(regex("^Standard_[BDEF][0-9]", node.type))
      )
      accelerated = coalesce(local.options[name].accelerated_networking, can(regex(local.accelerates, node.type)))
      accelerates = can(regex(local.accelerates, node.type)) || coalesce(local.options[name].accelerated_networking, false)

      max_price = node.spot ? coalesce(local.options[name].spot_max_price, -1) : null
      # An evicted machine goes, and the next `up` makes it again; with it would go a volume that is to be kept.
      eviction = !node.spot ? null : anytrue([for volume in values(node.volumes) : volume.on_destroy == "keep"]) ? "Deallocate" : "Delete"

      volumes = {
        for volume, wanted in node.volumes : volume => {
          # Disks have names of up to 80 characters.
          name = length("${var.cluster_name}-${name}-${volume}") <= 80 ? "${var.cluster_name}-${name}-${volume}" : "${substr("${var.cluster_name}-${name}", 0, 71)}-${substr(md5("${name}-${volume}"), 0, 8)}"
          size = wanted.size_gb
          zone = endswith(var.volume_type, "_ZRS") ? null : node.zone == "spread" ? var.zones[(node.index - 1) % length(var.zones)] : node.zone
          lun  = local.luns[node.group][volume]
          tags = merge(var.labels, node.labels, {
            "ectf-group"  = node.group
            "ectf-node"   = name
            "ectf-volume" = volume
            "ectf-keep"   = wanted.on_destroy == "keep" ? "true" : "false"
          })
        }
      }
    }
  }

  # The slot comes from the volume's name alone, so that another volume moves none; `63-` keeps usual names apart.
  luns = {
    for group, names in local.groups : group => {
      for volume in keys(var.nodes[names[0]].volumes) : volume => try(local.options[names[0]].luns[volume], parseint(substr(md5("63-${volume}"), 0, 8), 16) % 64)
    }
  }

  # The network is IPv4 alone, so other ranges can't be where somebody comes from.
  ssh_from = [for cidr in var.ssh_allow_from : cidr if !strcontains(cidr, ":")]
  peers    = [for cidr in var.peer_cidrs : cidr if !strcontains(cidr, ":")]

  public_ports = merge({}, [
    for group, ports in var.ports : {
      for protocol in distinct([for port in ports : port.protocol if port.public]) : "${group}-${protocol}" => {
        group    = group
        protocol = protocol
        ranges   = [for port in ports : port.to_port == null || port.to_port == port.port ? tostring(port.port) : "${port.port}-${port.to_port}" if port.public && port.protocol == protocol]
      }
    } if contains(keys(local.groups), group)
  ]...)

  # Security groups that a node's interface is in: what a rule is about when the subnet is not the cluster's alone.
  security_groups = {
    for group in keys(local.groups) : group => merge(
      local.made_network ? {} : { cluster = azurerm_application_security_group.cluster[0].id },
      anytrue([for rule in values(local.public_ports) : rule.group == group]) ? { public = azurerm_application_security_group.public[group].id } : {}
    )
  }
}

resource "azurerm_resource_group" "cluster" {
  count = var.resource_group == null ? 1 : 0

  name     = var.cluster_name
  location = var.location
  tags     = var.labels
}

# The image a group was made from. Another one in the file makes other machines; a newer version of it does not.
resource "terraform_data" "image" {
  for_each = local.groups

  triggers_replace = [var.nodes[each.value[0]].image]

  lifecycle {
    precondition {
      condition     = startswith(var.nodes[each.value[0]].image, "/") || length(local.image_urns[each.key]) == 4
      error_message = "groups.${each.key}.image: `${var.nodes[each.value[0]].image}` is neither a portable image nor publisher:offer:sku:version nor the id of an image."
    }
    precondition {
      condition     = var.nodes[each.value[0]].type != null
      error_message = "groups.${each.key}: give a `size:` or a `type:`, as in Standard_D2as_v5."
    }
    precondition {
      condition     = var.nodes[each.value[0]].zone == null ? true : can(regex("^([123]|spread)$", var.nodes[each.value[0]].zone))
      error_message = "groups.${each.key}.zone: Azure's zones are \"1\", \"2\" and \"3\", or `spread`."
    }
    precondition {
      condition     = var.nodes[each.value[0]].placement != "apart" || var.nodes[each.value[0]].zone == null
      error_message = "groups.${each.key}.placement: `apart` makes an availability set, which is in no zone. `zone: spread` sets nodes apart as well."
    }
    precondition {
      condition     = var.nodes[each.value[0]].placement != "apart" || !var.nodes[each.value[0]].spot
      error_message = "groups.${each.key}.placement: spot nodes can't be in an availability set; leave `placement: apart` out."
    }
    precondition {
      condition     = try(var.nodes[each.value[0]].disk_gb >= var.images[var.nodes[each.value[0]].image].disk_gb, true)
      error_message = "groups.${each.key}.disk_gb: the image alone is ${try(var.images[var.nodes[each.value[0]].image].disk_gb, "?")} GiB large."
    }
    precondition {
      condition     = length(distinct(values(local.luns[each.key]))) == length(local.luns[each.key])
      error_message = "groups.${each.key}.volumes: two volumes fell on one slot. Rename one, or give slots: settings: {azure: {luns: {${join(", ", [for position, volume in keys(local.luns[each.key]) : "${volume}: ${position}"])}}}}"
    }
    precondition {
      condition     = var.resource_group != null || !anytrue([for volume in values(var.nodes[each.value[0]].volumes) : volume.on_destroy == "keep"])
      error_message = "groups.${each.key}.volumes: what is to be kept can't be in the cluster's own resource group, which goes with it. Name one that stays: cloud: {resource_group: …}, made by `az group create`."
    }
    precondition {
      condition     = var.volume_type != "PremiumV2_LRS" || length(var.nodes[each.value[0]].volumes) == 0 || var.nodes[each.value[0]].zone != null
      error_message = "groups.${each.key}: volumes of type PremiumV2_LRS want a `zone:`."
    }
  }
}

resource "azurerm_proximity_placement_group" "together" {
  for_each = toset([for node in var.nodes : node.group if node.placement == "together"])

  name                = "${var.cluster_name}-${each.key}"
  resource_group_name = local.resource_group
  location            = var.location
  tags                = merge(var.labels, { "ectf-group" = each.key })
}

resource "azurerm_availability_set" "apart" {
  for_each = toset([for node in var.nodes : node.group if node.placement == "apart"])

  name                        = "${var.cluster_name}-${each.key}"
  resource_group_name         = local.resource_group
  location                    = var.location
  platform_fault_domain_count = 2 # what every region has
  tags                        = merge(var.labels, { "ectf-group" = each.key })
}

# What ectf is told of nodes (see contract.tf).
resource "terraform_data" "nodes" {
  input = tomap({
    for name, node in var.nodes : name => {
      group    = node.group
      ssh_user = lookup(var.ssh_user, node.image, "azureuser")
      zone     = node.zone == "spread" ? var.zones[(node.index - 1) % length(var.zones)] : node.zone
      host_key = lookup(var.host_keys, name, null)
      volumes = {
        # From version 6 on disks are NVMe devices, which bear other names.
        for volume in keys(node.volumes) : volume =>
        "${can(regex("_v([6-9]|1[0-9])$", node.type)) ? "/dev/disk/azure/data/by-lun/" : "/dev/disk/azure/scsi1/lun"}${local.luns[node.group][volume]}"
      }
      from = {
        address     = "azurerm_network_interface.private_ip_address"
        private_ip  = "azurerm_network_interface.private_ip_address"
        public_ip   = node.public_ip ? "azurerm_public_ip.ip_address" : null
        instance_id = "azurerm_linux_virtual_machine.virtual_machine_id"
      }
    }
  })
}

output "network" {
  description = "The network the nodes are in; its range is that of their subnet."
  value = {
    id   = local.made_network ? azurerm_virtual_network.cluster[0].id : data.azurerm_virtual_network.given[0].id
    cidr = local.subnet_cidr
  }
}

output "bastion" {
  description = "The first node with a public address, when others have none."
  value       = length(local.public) == 0 || length(local.public) == length(var.nodes) ? null : local.public[0]
}
