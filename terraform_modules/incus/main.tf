locals {
  fingerprint = "^[0-9a-f]{12,64}$"

  # The nodes of a group are alike in all but their number: its first stands for it.
  groups = { for node in values(var.nodes) : node.group => node... }
  group  = { for name, nodes in local.groups : name => nodes[0] }

  # A label is a key of the user's own in a configuration.
  cluster_labels = { for key, value in var.labels : "user.${key}" => value }
  labels = {
    for name, node in var.nodes : name => {
      for key, value in merge(var.labels, node.labels, { ectf-group = node.group, ectf-node = name }) : "user.${key}" => value
    }
  }

  # A node without an entry of its own has no options.
  options = {
    for name in keys(var.nodes) : name => try(
      var.node_settings[name],
      { instance_type = null, pool = null, gpus = [], config = {}, login_user = null },
    )
  }
  types = { for name in keys(var.nodes) : name => coalesce(local.options[name].instance_type, var.instance_type) }

  users = {
    for name, node in var.nodes :
    name => try(coalesce(local.options[name].login_user, lookup(var.ssh_user, node.image, null), var.login_user), null)
  }

  # Images for containers and servers have no SSH daemon; whoever makes one that has loses nothing.
  vendor_data = "#cloud-config\n${jsonencode(merge(
    { packages = ["openssh-server", "python3", "sudo"] },
    var.ssh_public_key == "" ? {} : { ssh_authorized_keys = [var.ssh_public_key] },
  ))}"

  # What node.tf.j2 reads. A reference to it makes Terraform read its expression anew, each time: this one is short.
  node = local.node_values

  # What node.tf.j2 needs to know of a node, worked out in one place.
  node_values = {
    for name, node in var.nodes : name => {
      name    = "${var.cluster_name}-${name}"
      type    = local.types[name]
      image   = local.images[name]
      project = var.project
      target  = node.zone == "spread" ? try(element(var.members, node.index - 1), null) : node.zone
      pool    = coalesce(local.options[name].pool, var.pool)
      address = local.addresses[name]
      network = local.network
      gpus    = local.options[name].gpus
      volumes = node.volumes
      labels  = local.labels[name]

      # What a node lacks here is refused above, before it is used.
      public_address = lookup(var.public_addresses, name, "")

      config = merge(
        local.options[name].config,
        local.labels[name],
        { "cloud-init.vendor-data" = local.vendor_data },
        contains(keys(var.user_data), name) ? { "cloud-init.user-data" = var.user_data[name] } : {},
        node.cpus == null ? {} : { "limits.cpu" = tostring(node.cpus) },
        node.memory_gb == null ? {} : { "limits.memory" = "${floor(node.memory_gb * 1024)}MiB" },
      )
      root = merge(
        { path = "/", pool = coalesce(local.options[name].pool, var.pool) },
        node.disk_gb == null ? {} : { size = "${node.disk_gb}GiB" },
      )
      nic = merge(
        { name = "eth0", network = local.network, "ipv4.address" = local.addresses[name] },
        local.makes_network ? {} : { "security.acls" = incus_network_acl.cluster.name },
      )

      # A container is given a file system at its place, a virtual machine a disk.
      content = local.types[name] == "container" ? "filesystem" : "block"
      paths   = { for volume, wanted in node.volumes : volume => local.types[name] == "container" ? { path = coalesce(wanted.mount, "/mnt/${volume}") } : {} }
    }
  }
}

# Network. Incus keeps no address apart from an instance, so each node's is worked out from the file: a group's begin where
# a digest of its name falls in the range, and a node's is that plus its number. So no node's address depends on others.

locals {
  makes_network = var.network == null
  prefix        = split("/", var.cidr)[1]
  room          = pow(2, 32 - tonumber(local.prefix)) - 32

  offsets = {
    for name in keys(local.group) : name => lookup(var.address_offsets, name, parseint(substr(sha256(name), 0, 12), 16))
  }
  # The first and the last 16 are left to routers and the like.
  addresses = {
    for name, node in var.nodes : name => cidrhost(var.cidr, 16 + (local.offsets[node.group] + node.index - 1) % local.room)
  }
  holders = { for name, address in local.addresses : address => var.nodes[name].group... }
  crowded = distinct(flatten([for groups in values(local.holders) : groups if length(groups) > 1]))

  # A bridge's name has up to 15 characters.
  bridge  = length(var.cluster_name) <= 15 ? var.cluster_name : "${substr(var.cluster_name, 0, 8)}-${substr(sha256(var.cluster_name), 0, 6)}"
  network = local.makes_network ? one(incus_network.cluster[*].name) : one(data.incus_network.existing[*].name)

  # The server's own address in the network.
  gateway = local.makes_network ? cidrhost(var.cidr, 1) : try(split("/", data.incus_network.existing[0].config["ipv4.address"])[0], null)
}

data "incus_network" "existing" {
  count = local.makes_network ? 0 : 1

  name    = var.network
  project = var.project
}

resource "incus_network" "cluster" {
  count = local.makes_network ? 1 : 0

  name        = local.bridge
  description = "Cluster ${var.cluster_name}"
  project     = var.project
  type        = "bridge"
  config = merge(local.cluster_labels, {
    "ipv4.address"  = "${local.gateway}/${local.prefix}"
    "ipv4.nat"      = tostring(var.egress == "nat")
    "ipv6.address"  = "none"
    "security.acls" = incus_network_acl.cluster.name
  })
}

# Firewall. Rules are a set and have no resources of their own; each says who, to whom, and which port. What no rule lets
# through is rejected. Nodes have no IPv6 address, so ranges of it have no rule.

locals {
  anything  = { action = "allow", description = "", state = "enabled", source = "", source_port = "", destination = "", destination_port = "", protocol = "", icmp_type = "", icmp_code = "" }
  published = sort([for name, node in var.nodes : local.addresses[name] if node.public_ip])
  public_ports = flatten([
    for group, nodes in local.groups : [
      for port in lookup(var.ports, group, []) : {
        description      = "open to the world"
        source           = "0.0.0.0/0"
        destination      = join(",", sort([for name, node in var.nodes : local.addresses[name] if node.group == group]))
        destination_port = join("-", distinct([port.port, coalesce(port.to_port, port.port)]))
        protocol         = port.protocol
      } if port.public
    ]
  ])
  ssh = length(local.published) == 0 ? [] : [
    for range in var.ssh_allow_from : {
      description      = "SSH"
      source           = range
      destination      = join(",", local.published)
      destination_port = "22"
      protocol         = "tcp"
    } if !strcontains(range, ":")
  ]
  # Whoever is root on the server is root in each node: this opens nothing, and lets `ectf` in that runs there.
  own = local.gateway == null ? [] : [{ description = "SSH from the server", source = local.gateway, destination = "", destination_port = "22", protocol = "tcp" }]

  inside = [for range in [var.cidr] : { description = "everything between nodes", source = range, destination = "", destination_port = "", protocol = "" }]
  peers  = [for range in var.peer_cidrs : { description = "nodes of this cluster in other clouds", source = range, destination = "", destination_port = "", protocol = "" } if !strcontains(range, ":")]

  # With `egress: none` what is left is the cluster itself and its peers.
  outside = var.egress == "nat" ? [""] : concat([var.cidr], [for range in var.peer_cidrs : range if !strcontains(range, ":")])
}

resource "incus_network_acl" "cluster" {
  name        = var.cluster_name
  description = "Nodes of cluster ${var.cluster_name}"
  project     = var.project
  config      = local.cluster_labels
  ingress     = [for rule in concat(local.inside, local.own, local.ssh, local.public_ports, local.peers) : merge(local.anything, rule)]
  egress      = [for range in local.outside : merge(local.anything, { description = "outgoing", destination = range })]
}

# Images. Those of an image server are named, and looked up by the server when an instance is made, for its kind and its
# machine's architecture; the provider itself can't ask image servers. The server's own are looked up here, by alias or
# fingerprint.

locals {
  sought = { for name, node in var.nodes : node.image => local.types[name]... }
  named_images = {
    for image in keys(local.sought) : image => try("${var.image_remote}:${var.images[image].name}", regex("^[^:]+:.+$", image), null)
  }
  own_images = { for image, types in local.sought : image => types if local.named_images[image] == null }

  images = {
    for name, node in var.nodes : name => coalesce(
      local.named_images[node.image],
      try((local.types[name] == "container" ? data.incus_image.container : data.incus_image.virtual)[node.image].fingerprint, null),
    )
  }
}

data "incus_image" "container" {
  for_each = { for image, types in local.own_images : image => image if contains(types, "container") }

  name        = can(regex(local.fingerprint, each.key)) ? null : each.key
  fingerprint = can(regex(local.fingerprint, each.key)) ? each.key : null
  project     = var.project
  type        = "container"
}

data "incus_image" "virtual" {
  for_each = { for image, types in local.own_images : image => image if contains(types, "virtual-machine") }

  name        = can(regex(local.fingerprint, each.key)) ? null : each.key
  fingerprint = can(regex(local.fingerprint, each.key)) ? each.key : null
  project     = var.project
  type        = "virtual-machine"
}

# Another image in the file, or a replacement of this resource, replaces the group's instances; a newer
# image of the same name does not. The conditions are what has to be known before anything is made.
resource "terraform_data" "image" {
  for_each = local.group

  triggers_replace = [each.value.image]

  lifecycle {
    precondition {
      condition     = !contains(local.crowded, each.key)
      error_message = "groups.${each.key}: its addresses run into others; say where they begin by `address_offsets: {${each.key}: 1000}` in `cloud:`, or take a larger `cidr`."
    }
    precondition {
      condition     = alltrue([for name, node in var.nodes : contains(keys(var.public_addresses), name) if node.group == each.key && node.public_ip])
      error_message = "groups.${each.key}.public_ip: which address leads to a node only the site knows; say it for each by `public_addresses` in `cloud:`."
    }
    precondition {
      condition     = each.value.zone != "spread" || length(var.members) > 0
      error_message = "groups.${each.key}.zone: the provider does not tell which servers there are; say it by `members` in `cloud:`."
    }
    precondition {
      condition     = each.value.zone == null || !local.makes_network
      error_message = "groups.${each.key}.zone: in a cluster of servers a network has to be on all of them; name one by `network` in `cloud:`."
    }
    precondition {
      condition     = alltrue([for name, node in var.nodes : length(local.options[name].gpus) == node.gpus if node.group == each.key])
      error_message = "groups.${each.key}.size.gpus: name as many by their PCI addresses in the group's `settings: {incus: {gpus: […]}}`."
    }
    precondition {
      condition     = alltrue([for name, node in var.nodes : local.users[name] != null if node.group == each.key])
      error_message = "groups.${each.key}.image: it is no portable image; say its `login_user` in `cloud:`, or in the group's `settings: {incus: …}`."
    }
  }
}

# What ectf is told of nodes (see contract.tf).
resource "terraform_data" "nodes" {
  input = tomap({
    for name, node in var.nodes : name => {
      group      = node.group
      ssh_user   = local.users[name]
      address    = local.addresses[name]
      private_ip = local.addresses[name]
      public_ip  = node.public_ip ? lookup(var.public_addresses, name, "") : null
      host_key   = lookup(var.host_keys, name, null)
      volumes = {
        for volume, wanted in node.volumes : volume =>
        local.types[name] == "container" ? coalesce(wanted.mount, "/mnt/${volume}") : "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_incus_v${volume}"
      }
      from = {
        # An instance has no id; another one gets another address of its network card.
        instance_id = "incus_instance.mac_address"
        zone        = "incus_instance.target"
      }
    }
  })
}

output "network" {
  description = "The cluster's network, made or existing."
  value = {
    id   = local.network
    cidr = var.cidr
  }
}

output "bastion" {
  description = "The first node with a public address, where others have none."
  value = (
    alltrue([for node in values(var.nodes) : node.public_ip])
    ? null : try([for name, node in var.nodes : name if node.public_ip][0], null)
  )
}
