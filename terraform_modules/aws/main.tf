# What exists once. Things of a single node are in nodes.tf.

locals {
  public_names  = [for name, node in var.nodes : name if node.public_ip]
  private_names = [for name, node in var.nodes : name if !node.public_ip]
  # All nodes of a group are alike, so one of them speaks for it.
  groups = { for group, members in { for node in var.nodes : node.group => node... } : group => members[0] }

  # What node.tf.j2 reads. A reference to it makes Terraform read its expression anew, each time: this one is short.
  node = local.node_values

  # All that a node's own blocks need, in one value: a reference each to its parts would make plans of large clusters slow.
  node_values = {
    for name, node in var.nodes : name => merge(
      { disk_type = var.disk_type, disk_iops = null, disk_throughput = null, instance_profile = null },
      { for option, value in try(var.node_settings[name], {}) : option => value if value != null },
      {
        group           = node.group
        type            = node.type
        ami             = local.ami[node.group]
        disk_gb         = node.disk_gb
        zone            = local.zone[name]
        subnet          = local.subnet[node.public_ip ? "public" : "private"][local.zone[name]]
        interface_type  = try(var.node_settings[name].efa, false) ? "efa" : null
        security_groups = concat(local.group_security[node.group], node.public_ip || length(local.public_names) == 0 ? [aws_security_group.ssh.id] : [])
        key             = one(aws_key_pair.login[*].key_name)
        placement       = try(aws_placement_group.group[local.placement[name]].name, null)
        volumes         = node.volumes
        encrypted       = var.encrypted
        kms_key         = var.kms_key
        user_data       = lookup(var.user_data, name, null)
        devices         = local.device
        # As Amazon writes it: to the provider, 12 is another price than 12.000000, and wants another machine.
        spot_price = try(format("%f", var.node_settings[name].spot_price), null)
        tags = merge(var.labels, node.labels, {
          Name       = "${var.cluster_name}-${name}"
          ectf-group = node.group
          ectf-node  = name
        })
      },
    )
  }
}

# Zones. Where the file names none: those of the region that have the types (compatible clouds don't tell), remembered, so that
# neither a zone that Amazon opens nor another group's type moves a living node.

data "aws_availability_zones" "region" {
  count = local.asks_zones ? 1 : 0

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_ec2_instance_type_offerings" "region" {
  count = length(local.asked_types) > 0 ? 1 : 0

  location_type = "availability-zone"

  filter {
    name   = "instance-type"
    values = local.asked_types
  }
}

# `cluster` is of the zone that groups without one, the NAT gateway and Lustre share; the others are spread groups.
resource "terraform_data" "zones" {
  for_each = local.zones_found

  input = each.value

  lifecycle {
    ignore_changes = [input]
  }
}

data "aws_subnet" "given" {
  for_each = toset(concat(var.subnets, var.public_subnets))
  id       = each.key
}

locals {
  made = length(var.subnets) == 0
  zones = (
    !local.made ? distinct([for id in var.subnets : data.aws_subnet.given[id].availability_zone]) :
    length(var.zones) > 0 ? var.zones : sort(data.aws_availability_zones.region[0].names)
  )

  asks_zones  = local.made && length(var.zones) == 0
  asked_types = local.asks_zones && var.endpoint == null ? distinct(compact([for node in local.groups : node.type])) : []
  offers      = flatten([for found in data.aws_ec2_instance_type_offerings.region : [for at, type in found.instance_types : "${type} ${found.locations[at]}"]])
  zones_with  = { for type in local.asked_types : type => [for zone in local.zones : zone if contains(local.offers, "${type} ${zone}")] }
  zones_found = merge(
    {
      for key in local.asks_zones ? ["cluster"] : [] : key => [
        for zone in local.zones : zone
        if alltrue([for node in local.groups : contains(try(local.zones_with[node.type], local.zones), zone) if node.zone == null])
      ]
    },
    {
      for group, node in local.groups : "spread/${group}" => try(local.zones_with[node.type], local.zones)
      if local.asks_zones && node.zone == "spread"
    },
  )
  # What the state remembers, or else today's. An empty list is refused below, by group.
  zones_of   = { for key, zones in terraform_data.zones : key => zones.input }
  first_zone = try(local.zones_of["cluster"][0], local.zones[0])
  zone = {
    for name, node in var.nodes : name => (
      node.zone == null ? local.first_zone :
      node.zone == "spread" ? element(try(coalescelist(local.zones_of["spread/${node.group}"]), local.zones), node.index - 1) : node.zone
    )
  }
  public_zones  = toset(concat([for name in local.public_names : local.zone[name]], local.nat ? [local.first_zone] : []))
  private_zones = toset([for name in local.private_names : local.zone[name]])
  nat           = local.made && var.egress == "nat" && length(local.private_names) > 0

  # A subnet's range follows from its zone's letter alone, so that no zone's coming or going moves another's.
  zone_number = {
    for zone in setunion(local.public_zones, local.private_zones) :
    zone => try(index(split("", "abcdefgh"), regex("[0-9]([a-h])$", zone)[0]), index(local.zones, zone))
  }
}

# Network: the cluster's own

resource "aws_vpc" "cluster" {
  count = local.made ? 1 : 0

  cidr_block           = var.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true
  tags                 = merge(var.labels, { Name = var.cluster_name })
}

resource "aws_internet_gateway" "cluster" {
  count = local.made ? 1 : 0

  vpc_id = aws_vpc.cluster[0].id
  tags   = merge(var.labels, { Name = var.cluster_name })
}

resource "aws_subnet" "public" {
  for_each = local.made ? local.public_zones : []

  vpc_id            = aws_vpc.cluster[0].id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.cidr, 4, local.zone_number[each.key])
  tags              = merge(var.labels, { Name = "${var.cluster_name}-public-${each.key}" })
}

resource "aws_subnet" "private" {
  for_each = local.made ? local.private_zones : []

  vpc_id            = aws_vpc.cluster[0].id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.cidr, 4, 8 + local.zone_number[each.key])
  tags              = merge(var.labels, { Name = "${var.cluster_name}-private-${each.key}" })
}

resource "aws_route_table" "public" {
  count = local.made ? 1 : 0

  vpc_id = aws_vpc.cluster[0].id
  tags   = merge(var.labels, { Name = "${var.cluster_name}-public" })
}

resource "aws_route" "public" {
  count = local.made ? 1 : 0

  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.cluster[0].id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  route_table_id = aws_route.public[0].route_table_id
  subnet_id      = each.value.id
}

resource "aws_route_table" "private" {
  count = local.made ? 1 : 0

  vpc_id = aws_vpc.cluster[0].id
  tags   = merge(var.labels, { Name = "${var.cluster_name}-private" })
}

resource "aws_eip" "nat" {
  count = local.nat ? 1 : 0

  domain     = "vpc"
  tags       = merge(var.labels, { Name = "${var.cluster_name}-nat" })
  depends_on = [aws_internet_gateway.cluster]
}

resource "aws_nat_gateway" "cluster" {
  count = local.nat ? 1 : 0

  allocation_id = aws_eip.nat[0].allocation_id
  subnet_id     = aws_subnet.public[local.first_zone].id
  tags          = merge(var.labels, { Name = var.cluster_name })
  depends_on    = [aws_internet_gateway.cluster]
}

resource "aws_route" "nat" {
  count = local.nat ? 1 : 0

  route_table_id         = aws_route_table.private[0].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.cluster[0].id
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  route_table_id = local.nat ? aws_route.nat[0].route_table_id : aws_route_table.private[0].id
  subnet_id      = each.value.id
}

# Network: an existing one

data "aws_vpc" "given" {
  count = local.made ? 0 : 1
  id    = var.network
}

locals {
  network_id = local.made ? aws_vpc.cluster[0].id : data.aws_vpc.given[0].id
  # Subnet by kind and zone. A node's first boot may need the way out, so it waits for the routes.
  subnet = {
    private = merge(
      { for zone, routed in aws_route_table_association.private : zone => routed.subnet_id },
      { for id in var.subnets : data.aws_subnet.given[id].availability_zone => id },
    )
    public = merge(
      { for zone, routed in aws_route_table_association.public : zone => routed.subnet_id },
      {
        for id in length(var.public_subnets) > 0 ? var.public_subnets : var.subnets :
        data.aws_subnet.given[id].availability_zone => id
      },
    )
  }
}

# Firewall: everything inside the cluster, SSH and public ports from outside, nothing else

resource "aws_security_group" "nodes" {
  name        = "${var.cluster_name}-nodes"
  description = "All nodes of the cluster ${var.cluster_name}"
  vpc_id      = local.network_id
  tags        = merge(var.labels, { Name = "${var.cluster_name}-nodes" })
}

resource "aws_vpc_security_group_ingress_rule" "inside" {
  security_group_id            = aws_security_group.nodes.id
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "-1"
  description                  = "Between nodes"
  tags                         = var.labels
}

resource "aws_vpc_security_group_ingress_rule" "peer" {
  for_each = toset(var.peer_cidrs)

  security_group_id = aws_security_group.nodes.id
  cidr_ipv4         = strcontains(each.key, ":") ? null : each.key
  cidr_ipv6         = strcontains(each.key, ":") ? each.key : null
  ip_protocol       = "-1"
  description       = "Nodes in other clouds"
  tags              = var.labels
}

resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id = aws_security_group.nodes.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
  description       = "Out"
  tags              = var.labels
}

# EFA's traffic has no addresses: no range lets it out.
resource "aws_vpc_security_group_egress_rule" "inside" {
  count = anytrue([for options in var.node_settings : options.efa]) ? 1 : 0

  security_group_id            = aws_security_group.nodes.id
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "-1"
  description                  = "Between nodes"
  tags                         = var.labels
}

# Of nodes with a public address. Where none has one, of all: SSH comes over private ones, by VPN or from inside the network.
resource "aws_security_group" "ssh" {
  name        = "${var.cluster_name}-ssh"
  description = "SSH to the cluster ${var.cluster_name}"
  vpc_id      = local.network_id
  tags        = merge(var.labels, { Name = "${var.cluster_name}-ssh" })
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  for_each = toset(var.ssh_allow_from)

  security_group_id = aws_security_group.ssh.id
  cidr_ipv4         = strcontains(each.key, ":") ? null : each.key
  cidr_ipv6         = strcontains(each.key, ":") ? each.key : null
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  description       = "SSH"
  tags              = var.labels
}

locals {
  public_ports = merge([
    for group, ports in var.ports : {
      for port in ports : "${group}/${port.protocol}/${port.port}-${coalesce(port.to_port, port.port)}" => merge(port, { group = group })
      if port.public
    }
    if contains(keys(local.groups), group)
  ]...)
}

resource "aws_security_group" "public" {
  for_each = toset([for port in local.public_ports : port.group])

  name        = "${var.cluster_name}-public-${each.key}"
  description = "Public ports of the group ${each.key} of the cluster ${var.cluster_name}"
  vpc_id      = local.network_id
  tags        = merge(var.labels, { Name = "${var.cluster_name}-public-${each.key}", ectf-group = each.key })
}

resource "aws_vpc_security_group_ingress_rule" "public" {
  for_each = local.public_ports

  security_group_id = aws_security_group.public[each.value.group].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = each.value.protocol
  from_port         = each.value.port
  to_port           = coalesce(each.value.to_port, each.value.port)
  description       = "Public port ${each.value.port}"
  tags              = merge(var.labels, { ectf-group = each.value.group })
}

locals {
  group_security = {
    for group in keys(local.groups) : group => concat(
      [aws_security_group.nodes.id],
      [for one, public in aws_security_group.public : public.id if one == group],
      var.security_groups,
    )
  }
}

# Login key

resource "aws_key_pair" "login" {
  count = var.ssh_public_key == "" ? 0 : 1

  key_name   = "${var.cluster_name}-login"
  public_key = var.ssh_public_key
  tags       = var.labels
}

# Images

locals {
  # Graviton types bear a g after their generation; elsewhere a type says nothing that the file did not.
  arch = {
    for group, node in local.groups : group => (
      node.type == null || can(regex("^([a-z]+[0-9]+g[a-z]*|a1)\\.", node.type)) == (node.arch == "arm64") ? node.arch :
      node.arch == "arm64" ? "x86_64" : "arm64"
    )
  }
  lookups = {
    for one in distinct([for group, node in local.groups : { image = node.image, arch = local.arch[group] }]) :
    "${one.image}/${one.arch}" => { owner = var.images[one.image].owner, name = var.images[one.image].name[one.arch], arch = one.arch }
    if can(var.images[one.image].name[one.arch])
  }
}

data "aws_ami" "portable" {
  for_each = local.lookups

  owners             = [each.value.owner]
  most_recent        = true
  include_deprecated = true

  filter {
    name   = "name"
    values = [each.value.name]
  }
  filter {
    name   = "architecture"
    values = [each.value.arch]
  }
  filter {
    name   = "state"
    values = ["available"]
  }
}

locals {
  ami = {
    for group, node in local.groups :
    group => try(data.aws_ami.portable["${node.image}/${local.arch[group]}"].id, node.image)
  }
}

# Another image in the file replaces the group's machines, a newer one of the vendor's does not. A spot machine
# can't be stopped to change its type, so that is another machine, too.
resource "terraform_data" "image" {
  for_each = local.groups

  triggers_replace = [each.value.image, each.value.spot ? each.value.type : null]

  lifecycle {
    precondition {
      condition     = each.value.type != null
      error_message = "groups.${each.key}: say how large a node is, by `size:` or `type:`."
    }
    precondition {
      condition     = var.endpoint != null || startswith(local.ami[each.key], "ami-")
      error_message = "groups.${each.key}.image: `${each.value.image}` is neither a portable image nor an id as in ami-0a1b2c3d."
    }
    precondition {
      condition     = !(coalesce(each.value.placement, "-") == "together" && coalesce(each.value.zone, "-") == "spread")
      error_message = "groups.${each.key}.placement: nodes that are placed together are in one zone; drop `zone: spread` or `placement`."
    }
    precondition {
      condition     = contains(concat(["spread"], local.zones), coalesce(each.value.zone, "spread"))
      error_message = "groups.${each.key}.zone: `${coalesce(each.value.zone, "-")}` is none of ${join(", ", local.zones)}."
    }
    precondition {
      condition     = each.value.zone != "spread" || length(lookup(local.zones_of, "spread/${each.key}", local.zones)) > 0
      error_message = "groups.${each.key}.type: no zone of ${var.region} has `${coalesce(each.value.type, "-")}`: take another type or region."
    }
    precondition {
      condition     = each.value.zone != null || length(lookup(local.zones_of, "cluster", local.zones)) > 0
      error_message = "groups.${each.key}.type: no zone of ${var.region} has the types of all groups that name none; `${coalesce(each.value.type, "-")}` is in ${try(join(", ", coalescelist(local.zones_with[each.value.type])), "none")}. Say `zone:` of this group or of the others."
    }
    precondition {
      condition     = length(local.same_device[each.key]) == 0
      error_message = "groups.${each.key}.volumes: ${join(", ", [for pair in local.same_device[each.key] : "`${pair[0]}` and `${pair[1]}` would both be ${local.device[pair[0]]}"])}. Rename the newer volume, or give it another device by `device_names` of the cloud, as in `device_names: {${try(local.same_device[each.key][0][1], "data")}: /dev/sdf}`."
    }
  }
}

# Placement: one rack for a group, or each node on hardware of its own, of which Amazon gives seven a zone

locals {
  placement = {
    for name, node in var.nodes : name => (
      node.placement == "together" ? "${node.group}-together" : "${node.group}-apart-${floor((node.index - 1) / 7)}"
    ) if node.placement != null
  }
}

resource "aws_placement_group" "group" {
  for_each = toset(values(local.placement))

  name     = "${var.cluster_name}-${each.key}"
  strategy = strcontains(each.key, "-apart-") ? "spread" : "cluster"
  tags     = merge(var.labels, { ectf-group = split("-", each.key)[0] })
}

# Device names of volumes. Nitro machines show volumes under their ids, so a name need only be another one on the
# same node, and the same for life: it follows from the volume's name alone.

locals {
  # Amazon's list of names ends in x.
  devices = [for letters in setproduct(split("", "bcd"), split("", "abcdefghijklmnopqrstuvwx")) : "/dev/xvd${join("", letters)}"]
  device = {
    for volume in toset(flatten([for node in local.groups : keys(node.volumes)])) :
    volume => lookup(var.device_names, volume, element(local.devices, parseint(substr(md5(volume), 0, 8), 16)))
  }
  # Pairs of a group's volumes that a machine can't both have.
  same_device = {
    for group, node in local.groups : group => [
      for pair in setproduct(keys(node.volumes), keys(node.volumes)) : pair
      if index(keys(node.volumes), pair[0]) < index(keys(node.volumes), pair[1]) && local.device[pair[0]] == local.device[pair[1]]
    ]
  }
}

# Shared file systems

locals {
  efs         = { for name, fs in var.shared_fs : name => fs if fs.type == "efs" }
  lustre      = { for name, fs in var.shared_fs : name => fs if fs.type == "lustre" }
  shared_zone = setunion(local.public_zones, local.private_zones)
  efs_targets = { for pair in setproduct(keys(local.efs), local.shared_zone) : "${pair[0]}/${pair[1]}" => { fs = pair[0], zone = pair[1] } }
}

resource "aws_efs_file_system" "shared" {
  for_each = local.efs

  creation_token  = "${var.cluster_name}-${each.key}"
  encrypted       = true
  kms_key_id      = var.kms_key
  throughput_mode = "elastic"
  tags            = merge(var.labels, { Name = "${var.cluster_name}-${each.key}" })
}

resource "aws_efs_mount_target" "shared" {
  for_each = local.efs_targets

  file_system_id  = aws_efs_file_system.shared[each.value.fs].id
  subnet_id       = try(local.subnet.private[each.value.zone], local.subnet.public[each.value.zone])
  security_groups = [aws_security_group.nodes.id]
}

resource "aws_fsx_lustre_file_system" "shared" {
  for_each = local.lustre

  subnet_ids         = [try(local.subnet.private[local.first_zone], local.subnet.public[local.first_zone], values(merge(local.subnet.public, local.subnet.private))[0])]
  security_group_ids = [aws_security_group.nodes.id]
  storage_capacity   = each.value.size_gb
  deployment_type    = "SCRATCH_2"
  # By default Amazon makes 2.10, which clients of today's kernels no longer speak to.
  file_system_type_version = "2.15"
  tags                     = merge(var.labels, { Name = "${var.cluster_name}-${each.key}" })

  lifecycle {
    # Another version would make it anew, and so lose what is on it.
    ignore_changes = [file_system_type_version]
  }
}

# Outputs

# What ectf is told of nodes (see contract.tf).
resource "terraform_data" "nodes" {
  input = tomap({
    for name, node in var.nodes : name => {
      group    = node.group
      ssh_user = try(coalesce(var.node_settings[name].user), lookup(var.ssh_user, node.image, "ec2-user"))
      zone     = local.zone[name]
      host_key = lookup(var.host_keys, name, null)
      volumes  = { for volume in keys(node.volumes) : volume => "" }
      from = {
        address     = "aws_network_interface.private_ip"
        private_ip  = "aws_network_interface.private_ip"
        public_ip   = node.public_ip ? "aws_eip.public_ip" : null
        instance_id = "aws_instance.id"
      }
    }
  })
}

output "network" {
  description = "The VPC the nodes are in."
  value = {
    id   = local.network_id
    cidr = local.made ? var.cidr : data.aws_vpc.given[0].cidr_block
  }
}

output "bastion" {
  description = "Node to jump through to those without a public address."
  value       = length(local.public_names) > 0 && length(local.private_names) > 0 ? local.public_names[0] : null
}

output "shared_fs" {
  description = "Shared file systems by name: what to mount, and how."
  value = merge(
    {
      for name, fs in aws_efs_file_system.shared : name => {
        type    = "nfs4"
        source  = "${fs.dns_name}:/"
        options = "nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,_netdev"
      }
    },
    {
      for name, fs in aws_fsx_lustre_file_system.shared : name => {
        type    = "lustre"
        source  = "${fs.dns_name}@tcp:/${fs.mount_name}"
        options = "noatime,flock,_netdev"
      }
    },
  )
}
