locals {
  made_network   = var.network == null
  resource_group = var.resource_group == null ? azurerm_resource_group.cluster[0].name : var.resource_group
  subnet_cidr    = local.made_network ? cidrsubnet(var.network_cidr, 1, 0) : data.azurerm_subnet.given[0].address_prefixes[0]
  subnet_id      = local.made_network ? azurerm_subnet.cluster[0].id : data.azurerm_subnet.given[0].id

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

  nodes = {
    for name, node in var.nodes : name => {
      zone = node.zone == "spread" ? var.zones[(node.index - 1) % length(var.zones)] : node.zone
      tags = merge(var.labels, node.labels, { "ectf-group" = node.group, "ectf-node" = name })
      urn  = local.image_urns[node.group]
      # Images that are sold in the Marketplace want the plan they are sold under, even the free ones.
      plan = try(var.images[node.image].plan, local.options[name].purchase_plan)
      # Only known images on families known to have it: Azure refuses to start others.
      trusted = coalesce(
        local.options[name].trusted_launch,
        try(var.images[node.image].trusted_launch, false) && node.arch == "x86_64" && can(regex("^Standard_[BDEF][0-9]", node.type))
      )
      accelerated = coalesce(local.options[name].accelerated_networking, can(regex("^Standard_([DEFLM].*_v[4-9]|H[BCX].*|N[CDV].*_v[3-9])$", node.type)))
      # From version 6 on disks are NVMe devices, which bear other names.
      device = can(regex("_v([6-9]|1[0-9])$", node.type)) ? "/dev/disk/azure/data/by-lun/" : "/dev/disk/azure/scsi1/lun"
      # The slot comes from the volume's name alone, so that another volume moves none; `63-` keeps usual names apart.
      luns = {
        for volume in keys(node.volumes) : volume => try(local.options[name].luns[volume], parseint(substr(md5("63-${volume}"), 0, 8), 16) % 64)
      }
      kept = { for volume, wanted in node.volumes : volume => wanted if wanted.on_destroy == "keep" }
    }
  }

  # Disks have names of up to 80 characters.
  disk_names = {
    for name, node in var.nodes : name => {
      for volume in keys(node.volumes) : volume => length("${var.cluster_name}-${name}-${volume}") <= 80 ? "${var.cluster_name}-${name}-${volume}" : "${substr("${var.cluster_name}-${name}", 0, 71)}-${substr(md5("${name}-${volume}"), 0, 8)}"
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
    for group in keys(local.groups) : group => concat(
      local.made_network ? [] : ["cluster"],
      anytrue([for rule in values(local.public_ports) : rule.group == group]) ? ["public"] : []
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
      condition     = length(distinct(values(local.nodes[each.value[0]].luns))) == length(local.nodes[each.value[0]].luns)
      error_message = "groups.${each.key}.volumes: two volumes fell on one slot. Rename one, or give slots: settings: {azure: {luns: {${join(", ", [for position, volume in keys(local.nodes[each.value[0]].luns) : "${volume}: ${position}"])}}}}"
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
