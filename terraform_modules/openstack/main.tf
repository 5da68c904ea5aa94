locals {
  uuid = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

  # The nodes of a group are alike in all but their number: its first stands for it.
  groups = { for node in values(var.nodes) : node.group => node... }
  group  = { for name, nodes in local.groups : name => nodes[0] }

  cluster_tags = [for tag in [for key, value in var.labels : "${key}=${value}"] : tag if can(regex(local.tag, tag))]

  # Networking takes texts of up to 60 characters as tags; all other services take labels as they are.
  tag    = "^[^,]{1,60}$"
  labels = { for name, node in var.nodes : name => merge(var.labels, node.labels, { ectf-group = node.group, ectf-node = name }) }
  group_tags = {
    for name, node in local.group : name => [
      for tag in [for key, value in merge(var.labels, node.labels, { ectf-group = name }) : "${key}=${value}" if key != "ectf-node"] : tag if can(regex(local.tag, tag))
    ]
  }

  # A node without an entry of its own has no options.
  options = {
    for name in keys(var.nodes) : name => try(
      var.node_settings[name],
      { disk_type = null, volume_type = null, security_group_ids = [], login_user = null },
    )
  }

  zone = { for name, node in var.nodes : name => node.zone == "spread" ? element(local.zones, node.index - 1) : node.zone }

  users = {
    for name, node in var.nodes :
    name => try(coalesce(local.options[name].login_user, lookup(var.ssh_user, node.image, null), var.login_user), null)
  }

  # What node.tf.j2 reads. A reference to it makes Terraform read its expression anew, each time: this one is short.
  node = local.node_values

  # What node.tf.j2 needs to know of a node, worked out in one place.
  node_values = {
    for name, node in var.nodes : name => {
      labels      = local.labels[name]
      tags        = concat(local.group_tags[node.group], ["ectf-node=${name}"]) # a node's name is short enough
      image       = local.image_ids["${node.image} ${node.arch}"]
      boot_gb     = node.disk_gb
      boot_type   = try(coalesce(local.options[name].disk_type, var.disk_type), null)
      zone        = local.zone[name]
      volume_zone = var.volume_zone == "node" ? local.zone[name] : var.volume_zone
      volume_type = try(coalesce(local.options[name].volume_type, var.volume_type), null)
      volumes     = node.volumes

      # What is the same for all or a whole group stands here, too: a reference each would make plans of large clusters slow.
      name         = "${var.cluster_name}-${name}"
      network_id   = local.network_id
      subnet_id    = local.subnet_id
      flavor_name  = local.flavors[node.group]
      flavor_id    = lookup(local.sized_flavors, node.group, null)
      keypair      = local.keypair
      config_drive = var.config_drive
      user_data    = lookup(var.user_data, name, null)

      security_group_ids = concat(
        [openstack_networking_secgroup_v2.cluster.id],
        node.public_ip ? [openstack_networking_secgroup_v2.public.id] : [],
        [for group, made in openstack_networking_secgroup_v2.group : made.id if group == node.group],
        local.options[name].security_group_ids,
      )
    }
  }
}

# Network

locals {
  makes_network = var.network == null
  floating      = var.public_ip_from == "floating" && anytrue([for node in values(var.nodes) : node.public_ip])
  routed        = local.makes_network && (var.egress == "nat" || local.floating)

  network_id = local.makes_network ? one(openstack_networking_network_v2.cluster[*].id) : one(data.openstack_networking_network_v2.existing[*].id)
  subnet_id  = local.makes_network ? one(openstack_networking_subnet_v2.cluster[*].id) : one(data.openstack_networking_subnet_v2.existing[*].id)
  cidr       = local.makes_network ? var.cidr : one(data.openstack_networking_subnet_v2.existing[*].cidr)

  # Found by its id, the network tells its name; found by its name, that is known.
  external_by_id = can(regex(local.uuid, var.external_network))
  # tflint-ignore: terraform_unused_declarations # read where a node has a public address
  external_pool = local.external_by_id || var.external_network == null ? one(data.openstack_networking_network_v2.external[*].name) : var.external_network
}

data "openstack_networking_network_v2" "existing" {
  count = local.makes_network ? 0 : 1

  name       = can(regex(local.uuid, var.network)) ? null : var.network
  network_id = can(regex(local.uuid, var.network)) ? var.network : null
}

data "openstack_networking_subnet_v2" "existing" {
  count = local.makes_network ? 0 : 1

  network_id = data.openstack_networking_network_v2.existing[0].id
  name       = can(regex(local.uuid, var.subnet)) ? null : var.subnet
  subnet_id  = can(regex(local.uuid, var.subnet)) ? var.subnet : null
  ip_version = 4
}

data "openstack_networking_network_v2" "external" {
  count = local.routed || local.floating ? 1 : 0

  name       = local.external_by_id ? null : var.external_network
  network_id = local.external_by_id ? var.external_network : null
  external   = true
}

resource "openstack_networking_network_v2" "cluster" {
  count = local.makes_network ? 1 : 0

  name        = var.cluster_name
  description = "Cluster ${var.cluster_name}"
  tags        = local.cluster_tags
}

resource "openstack_networking_subnet_v2" "cluster" {
  count = local.makes_network ? 1 : 0

  name            = var.cluster_name
  network_id      = openstack_networking_network_v2.cluster[0].id
  cidr            = var.cidr
  ip_version      = 4
  dns_nameservers = var.dns_nameservers
  tags            = local.cluster_tags
}

resource "openstack_networking_router_v2" "cluster" {
  count = local.routed ? 1 : 0

  name                = var.cluster_name
  description         = "Cluster ${var.cluster_name}"
  external_network_id = data.openstack_networking_network_v2.external[0].id
  tags                = local.cluster_tags
}

resource "openstack_networking_router_interface_v2" "cluster" {
  count = local.routed ? 1 : 0

  router_id = openstack_networking_router_v2.cluster[0].id
  subnet_id = openstack_networking_subnet_v2.cluster[0].id
}

# Firewall: one security group for all nodes, one for those with a public address, one for each
# group of nodes whose software is open to the world. Rules are keyed by what they say.

locals {
  public_ports = merge([
    for group in keys(local.group) : {
      for port in lookup(var.ports, group, []) :
      "${group} ${port.protocol} ${port.port}-${coalesce(port.to_port, port.port)}" => {
        group    = group
        protocol = port.protocol
        first    = port.port
        last     = coalesce(port.to_port, port.port)
      } if port.public
    }
  ]...)
  open_groups = distinct([for port in values(local.public_ports) : port.group])
  world       = { IPv4 = "0.0.0.0/0", IPv6 = "::/0" }

  # With `egress: none` what is left is the cluster itself, its peers, and the metadata service.
  cluster_egress = var.egress == "nat" ? values(local.world) : concat([local.cidr, "169.254.169.254/32"], var.peer_cidrs)
}

resource "openstack_networking_secgroup_v2" "cluster" {
  name                 = var.cluster_name
  description          = "All nodes of cluster ${var.cluster_name}"
  delete_default_rules = true
  tags                 = local.cluster_tags

  lifecycle {
    precondition {
      condition     = alltrue([for value in flatten([for labels in concat([var.labels], values(local.labels)) : values(labels)]) : length(value) <= 255])
      error_message = "labels: a label's value has up to 255 characters."
    }
  }
}

resource "openstack_networking_secgroup_rule_v2" "inside" {
  for_each = local.world

  description       = "everything between nodes"
  security_group_id = openstack_networking_secgroup_v2.cluster.id
  direction         = "ingress"
  ethertype         = each.key
  remote_group_id   = openstack_networking_secgroup_v2.cluster.id
}

resource "openstack_networking_secgroup_rule_v2" "peer" {
  for_each = toset(var.peer_cidrs)

  description       = "nodes of this cluster in other clouds"
  security_group_id = openstack_networking_secgroup_v2.cluster.id
  direction         = "ingress"
  ethertype         = strcontains(each.key, ":") ? "IPv6" : "IPv4"
  remote_ip_prefix  = each.key
}

resource "openstack_networking_secgroup_rule_v2" "egress" {
  for_each = toset(local.cluster_egress)

  description       = "outgoing"
  security_group_id = openstack_networking_secgroup_v2.cluster.id
  direction         = "egress"
  ethertype         = strcontains(each.key, ":") ? "IPv6" : "IPv4"
  remote_ip_prefix  = each.key
}

resource "openstack_networking_secgroup_v2" "public" {
  name                 = "${var.cluster_name}-public"
  description          = "Nodes of cluster ${var.cluster_name} with a public address"
  delete_default_rules = true
  tags                 = local.cluster_tags
}

# Where no node has a public address, SSH comes over private ones: by VPN, or from a machine in the network.
resource "openstack_networking_secgroup_rule_v2" "ssh" {
  for_each = toset(var.ssh_allow_from)

  description       = "SSH"
  security_group_id = anytrue([for node in values(var.nodes) : node.public_ip]) ? openstack_networking_secgroup_v2.public.id : openstack_networking_secgroup_v2.cluster.id
  direction         = "ingress"
  ethertype         = strcontains(each.key, ":") ? "IPv6" : "IPv4"
  protocol          = "tcp"
  port_range_min    = 22
  port_range_max    = 22
  remote_ip_prefix  = each.key
}

resource "openstack_networking_secgroup_rule_v2" "public_egress" {
  for_each = local.world

  description       = "outgoing"
  security_group_id = openstack_networking_secgroup_v2.public.id
  direction         = "egress"
  ethertype         = each.key
  remote_ip_prefix  = each.value
}

resource "openstack_networking_secgroup_v2" "group" {
  for_each = toset(local.open_groups)

  name                 = "${var.cluster_name}-${each.key}"
  description          = "Ports that ${each.key} of cluster ${var.cluster_name} opens to the world"
  delete_default_rules = true
  tags                 = local.cluster_tags

  lifecycle {
    # Its end comes after ports have left it, not before.
    create_before_destroy = true
  }
}

resource "openstack_networking_secgroup_rule_v2" "port" {
  for_each = merge([
    for ethertype, range in local.world : {
      for key, port in local.public_ports : "${key} ${ethertype}" => merge(port, { ethertype = ethertype, range = range })
    }
  ]...)

  description       = "open to the world"
  security_group_id = openstack_networking_secgroup_v2.group[each.value.group].id
  direction         = "ingress"
  ethertype         = each.value.ethertype
  protocol          = each.value.protocol
  port_range_min    = each.value.first
  port_range_max    = each.value.last
  remote_ip_prefix  = each.value.range
}

# Images

locals {
  wanted_images = {
    for group in values(local.group) : "${group.image} ${group.arch}" => {
      name  = lookup(var.site_images, group.image, group.image)
      regex = contains(keys(var.site_images), group.image) ? null : try(var.images[group.image].name_regex[group.arch], null)
    }...
  }
  image_ids = {
    for key, images in local.wanted_images :
    key => can(regex(local.uuid, images[0].name)) ? images[0].name : try(data.openstack_images_image_ids_v2.image[key].ids[0], null)
  }
}

# The newest first; a list, because it may be empty.
data "openstack_images_image_ids_v2" "image" {
  for_each = { for key, images in local.wanted_images : key => images[0] if !can(regex(local.uuid, images[0].name)) }

  name       = each.value.regex == null ? each.value.name : null
  name_regex = each.value.regex
  sort       = "created_at:desc"
}

# Another image in the file, or a replacement of this resource, replaces the group's machines; a newer
# image of the same name does not. The conditions are what has to be known before anything is made.
resource "terraform_data" "image" {
  for_each = local.group

  triggers_replace = [each.value.image]

  lifecycle {
    precondition {
      condition     = each.value.type != null || each.value.cpus != null
      error_message = "groups.${each.key}: neither `type:` (a flavor) nor `size:` is named."
    }
    precondition {
      condition     = each.value.type != null || length(var.flavors) == 0 || local.flavors[each.key] != null
      error_message = "groups.${each.key}.size: none of the `flavors` in `cloud:` holds it; add one, or name a `type:`."
    }
    precondition {
      condition     = each.value.type != null || length(var.flavors) > 0 || each.value.gpus == 0
      error_message = "groups.${each.key}.size.gpus: which flavor has GPUs only the site knows; name a `type:`, or list `flavors` in `cloud:`."
    }
    precondition {
      condition     = local.image_ids["${each.value.image} ${each.value.arch}"] != null
      error_message = "groups.${each.key}.image: the site has no image that is called so; `openstack image list` tells what it is called, and `site_images` in `cloud:` takes that."
    }
    precondition {
      condition     = alltrue([for name, node in var.nodes : local.users[name] != null if node.group == each.key])
      error_message = "groups.${each.key}.image: it is no portable image; say its `login_user` in `cloud:`, or in the group's `settings: {openstack: …}`."
    }
  }
}

# Flavors, by group: its type, else the smallest of the site's that holds its size, else the cloud's
# only one with just that many processors and GiB, by id.

locals {
  fitting = {
    for name, group in local.group : name => sort([
      for flavor, has in var.flavors : format("%06d %014.3f %s", has.cpus, has.memory_gb, flavor)
      if has.cpus >= coalesce(group.cpus, 0) && has.memory_gb >= coalesce(group.memory_gb, 0) && has.arch == group.arch
      && (has.gpus == 0) == (group.gpus == 0) && has.gpus >= group.gpus
    ])
  }
  flavors = {
    for name, group in local.group : name => group.type != null ? group.type : try(substr(local.fitting[name][0], 22, -1), null)
  }
  sized_flavors = {
    for name, group in local.group : name => data.openstack_compute_flavor_v2.sized["${group.cpus} ${group.memory_gb}"].id
    if contains(flatten(values(local.asked_sizes)), name)
  }
  asked_sizes = {
    for name, group in local.group : "${group.cpus} ${group.memory_gb}" => name...
    if group.type == null && group.cpus != null && group.gpus == 0 && length(var.flavors) == 0
  }
}

# tflint-ignore: terraform_unused_declarations # a plan fails here where the site has no such flavor
data "openstack_compute_flavor_v2" "named" {
  for_each = toset([for flavor in values(local.flavors) : flavor if flavor != null])

  name = each.key
}

data "openstack_compute_flavor_v2" "sized" {
  for_each = local.asked_sizes

  vcpus = local.group[each.value[0]].cpus
  ram   = local.group[each.value[0]].memory_gb * 1024
}

# Zones. What the cloud offers at first is kept, so that a new zone moves no living node.

data "openstack_compute_availability_zones_v2" "all" {
  count = local.asks_zones ? 1 : 0
}

resource "terraform_data" "zones" {
  count = local.asks_zones ? 1 : 0

  input = [for zone in data.openstack_compute_availability_zones_v2.all[0].names : zone if zone != "internal"]

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  asks_zones = length(var.zones) == 0 && contains([for group in values(local.group) : coalesce(group.zone, "none")], "spread")
  zones      = local.asks_zones ? terraform_data.zones[0].output : var.zones
}

# Login, placement

resource "openstack_compute_keypair_v2" "cluster" {
  count = var.ssh_public_key == "" ? 0 : 1

  name       = var.cluster_name
  public_key = var.ssh_public_key
}

locals {
  # Known without the resource, so that another key replaces no machine.
  keypair = var.ssh_public_key == "" ? null : var.cluster_name

  policies = {
    soft   = { together = "soft-affinity", apart = "soft-anti-affinity" }
    strict = { together = "affinity", apart = "anti-affinity" }
  }
}

resource "openstack_compute_servergroup_v2" "group" {
  for_each = { for name, group in local.group : name => group.placement if group.placement != null }

  name     = "${var.cluster_name}-${each.key}"
  policies = [local.policies[var.placement_policy][each.value]]
}

locals {
  # What udev makes of a volume's id: virtio carries 20 characters of it, SCSI all.
  device = {
    virtio = { prefix = "virtio-", length = 20 }
    scsi   = { prefix = "scsi-0QEMU_QEMU_HARDDISK_", length = -1 }
  }[var.volume_bus]
}

# Shared file systems

resource "openstack_sharedfilesystem_sharenetwork_v2" "cluster" {
  count = anytrue([for share in values(var.shared_fs) : share.share_network]) ? 1 : 0

  name              = var.cluster_name
  description       = "Cluster ${var.cluster_name}"
  neutron_net_id    = local.network_id
  neutron_subnet_id = local.subnet_id
}

resource "openstack_sharedfilesystem_share_v2" "share" {
  for_each = var.shared_fs

  name             = "${var.cluster_name}-${each.key}"
  share_proto      = each.value.protocol
  share_type       = each.value.type
  size             = each.value.size_gb
  share_network_id = each.value.share_network ? openstack_sharedfilesystem_sharenetwork_v2.cluster[0].id : null
  metadata         = var.labels
}

resource "openstack_sharedfilesystem_share_access_v2" "share" {
  for_each = var.shared_fs

  share_id     = openstack_sharedfilesystem_share_v2.share[each.key].id
  access_type  = "ip"
  access_to    = local.cidr
  access_level = "rw"
}

# What ectf is told of nodes (see contract.tf).
resource "terraform_data" "nodes" {
  input = tomap({
    for name, node in var.nodes : name => {
      group    = node.group
      ssh_user = local.users[name]
      host_key = lookup(var.host_keys, name, null)
      volumes  = { for volume in keys(node.volumes) : volume => "" }
      from = {
        address     = "openstack_networking_port_v2.all_fixed_ips.0"
        private_ip  = "openstack_networking_port_v2.all_fixed_ips.0"
        public_ip   = !node.public_ip ? null : var.public_ip_from == "network" ? "openstack_networking_port_v2.all_fixed_ips.0" : "openstack_networking_floatingip_v2.address"
        instance_id = "openstack_compute_instance_v2.id"
        zone        = "openstack_compute_instance_v2.availability_zone"
      }
    }
  })
}

output "network" {
  description = "The cluster's network, made or existing."
  value = {
    id   = local.network_id
    cidr = local.cidr
  }
}

output "bastion" {
  description = "The first node with a public address, where others have none."
  value = (
    alltrue([for node in values(var.nodes) : node.public_ip])
    ? null : try([for name, node in var.nodes : name if node.public_ip][0], null)
  )
}

output "shared_fs" {
  description = "Shared file systems by name: what to mount, and how."
  value = {
    for name, share in openstack_sharedfilesystem_share_v2.share : name => {
      source  = concat([for place in share.export_locations : place.path if place.preferred == "true"], share.export_locations[*].path)[0]
      type    = lower(share.share_proto)
      options = "_netdev"
    } if length(share.export_locations) > 0
  }
}
