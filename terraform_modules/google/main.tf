locals {
  # Nodes of a group are alike: what follows from type and options is found once per group, by its first node.
  first = { for group, names in { for name, node in var.nodes : node.group => name... } : group => names[0] }

  group = {
    for group, name in local.first : group => {
      image       = var.nodes[name].image
      arch        = var.nodes[name].arch
      type        = var.nodes[name].type
      labels      = var.nodes[name].labels
      placement   = var.nodes[name].placement
      zone        = var.nodes[name].zone
      boot_disk   = try(coalesce(try(var.node_settings[name].boot_disk_type, null), var.boot_disk_type), local.disk_type[group])
      volume      = coalesce(var.volume_type, local.disk_type[group])
      accelerator = try({ for type in [var.node_settings[name].accelerator_type] : type => var.node_settings[name].accelerator_count if type != null }, {})
      # Machines that Google can't move to another host while they run.
      fixed = (
        can(regex("^(a[234]x?|g[24]|h3|h4d|z3)-|-metal$", var.nodes[name].type)) || var.nodes[name].placement == "together"
        || try(var.node_settings[name].accelerator_type, null) != null
      )
      local_ssds = try(var.node_settings[name].local_ssd_count, 0)
      # Google names scopes with a service account only, so that no account means no identity.
      identity    = { for email in compact([try(coalesce(try(var.node_settings[name].service_account, null), var.service_account), "")]) : email => coalesce(try(var.node_settings[name].scopes, null), var.scopes) }
      secure_boot = try(coalesce(var.node_settings[name].secure_boot), var.secure_boot)
      cpu         = try(var.node_settings[name].min_cpu_platform, null)
      threads     = compact([try(tostring(var.node_settings[name].threads_per_core), "")])
      nic         = try(var.node_settings[name].nic_type, null)
      reservation = compact([try(var.node_settings[name].reservation, "")])
      tags        = concat([local.tag.all, "${var.cluster_name}-g-${group}"], var.nodes[name].public_ip ? [local.tag.public] : [], try(var.node_settings[name].network_tags, []))
    }
  }

  # What node.tf.j2 reads. A reference to it makes Terraform read its expression anew, each time: this one is short.
  node = local.node_values

  # All that a node's own blocks need, in one value: a reference each to its parts would make plans of large clusters slow.
  node_values = {
    for name, node in var.nodes : name => {
      name        = "${var.cluster_name}-${name}"
      description = "Node ${name} of the cluster ${var.cluster_name}."
      labels      = merge(var.labels, node.labels, { ectf-group = node.group, ectf-node = name })
      type        = node.type
      zone        = local.zone[name]
      region      = var.region
      subnet      = local.subnet
      image       = local.image[node.group]
      disk_gb     = node.disk_gb
      kms_key     = var.kms_key
      boot_disk   = local.group[node.group].boot_disk
      cpu         = local.group[node.group].cpu
      tags        = local.group[node.group].tags
      nic         = local.group[node.group].nic
      secure_boot = local.group[node.group].secure_boot
      spot        = node.spot
      spot_action = node.spot ? var.spot_action : null
      maintenance = node.spot || local.group[node.group].fixed ? "TERMINATE" : "MIGRATE"
      domain      = node.placement == "apart" ? (node.index - 1) % 8 + 1 : null
      metadata = merge(
        { block-project-ssh-keys = "TRUE", enable-oslogin = "FALSE", serial-port-enable = "FALSE" },
        var.ssh_public_key == "" ? {} : { ssh-keys = "${lookup(var.ssh_user, node.image, "ectf")}:${var.ssh_public_key}" },
        { for data in compact([lookup(var.user_data, name, "")]) : "user-data" => data },
        { for key in compact([try(yamldecode(var.user_data[name]).ssh_keys.ed25519_private, "")]) : "ectf-host-key" => key },
        contains(keys(var.user_data), name) ? { startup-script = local.first_boot } : {},
      )
    }
  }
  first_boot = file("${path.module}/first-boot.sh")

  # Newer machines take hyperdisks only.
  disk_type = {
    for group, name in local.first : group =>
    can(regex("^(c4[and]?|n4[ad]?|m4|x4|a3-ultragpu|a4x?|g4|h4d)-", var.nodes[name].type)) ? "hyperdisk-balanced" : "pd-balanced"
  }

  # No group has a dash in its name, so that no tag of one cluster is also one of another.
  tag = { all = "${var.cluster_name}-r-all", public = "${var.cluster_name}-r-public" }

  public  = [for name, node in var.nodes : name if node.public_ip]
  private = [for name, node in var.nodes : name if !node.public_ip]
}

# Zones

locals {
  # The region is asked only where the file leaves the zone open.
  asked = toset(length(var.zones) == 0 && anytrue([
    for zone in concat([for node in var.nodes : node.zone], [for fs in var.shared_fs : fs.zone]) : zone == "spread" || zone == null && var.zone == null
  ]) ? [var.region] : [])
  zones        = length(var.zones) > 0 ? var.zones : try(terraform_data.zones[var.region].output, [])
  default_zone = try(coalesce(var.zone), local.zones[0])

  zone = {
    for name, node in var.nodes : name =>
    node.zone == "spread" ? local.zones[(node.index - 1) % length(local.zones)] : try(coalesce(node.zone), local.default_zone)
  }
}

data "google_compute_zones" "region" {
  for_each = local.asked

  region = each.key
}

# Remembered, so that a zone that Google opens later does not deal living nodes anew.
resource "terraform_data" "zones" {
  for_each = local.asked

  input            = sort(data.google_compute_zones.region[each.key].names)
  triggers_replace = [var.region]

  lifecycle {
    ignore_changes = [input]
  }
}

# Images

locals {
  portable = {
    for group, found in local.group : "${found.image}/${found.arch}" => {
      project = "${var.image_project_prefix}${var.images[found.image].project}"
      family  = var.images[found.image].family[found.arch]
    }... if contains(keys(var.images), found.image)
  }
  image = {
    for group, found in local.group : group =>
    contains(keys(var.images), found.image) ? data.google_compute_image.portable["${found.image}/${found.arch}"].self_link : found.image
  }
}

data "google_compute_image" "portable" {
  for_each = local.portable

  project = each.value[0].project
  family  = each.value[0].family
}

# Replaced when the file names another image, and with it the group's machines.
resource "terraform_data" "image" {
  for_each = local.group

  triggers_replace = [each.value.image, each.value.arch]

  lifecycle {
    precondition {
      condition     = each.value.type != null
      error_message = "groups.${each.key}: give a `size:` or a `type:`, as in `type: e2-standard-4`."
    }
    precondition {
      condition     = each.value.placement != "together" || each.value.zone != "spread"
      error_message = "groups.${each.key}.placement: nodes that are placed together are in one zone: keep one of `placement: together` and `zone: spread`."
    }
    precondition {
      condition = alltrue([
        for label, value in merge(var.labels, each.value.labels) :
        can(regex("^[a-z][a-z0-9_-]{0,62}$", label)) && can(regex("^[a-z0-9_-]{0,63}$", value))
      ])
      error_message = "groups.${each.key}.labels: Google takes lower-case letters, digits, underscores and dashes, 63 at most, and a label begins with a letter."
    }
    precondition {
      condition     = alltrue([for zone in concat(compact([each.value.zone, var.zone]), var.zones) : zone == "spread" || startswith(zone, "${var.region}-")])
      error_message = "groups.${each.key}.zone: it is outside the region ${var.region}."
    }
  }
}

# Network

locals {
  network_project = coalesce(var.network_project, var.project)
  network         = var.network == null ? google_compute_network.cluster[0].self_link : data.google_compute_network.existing[0].self_link
  subnet          = var.network == null ? google_compute_subnetwork.cluster[0].self_link : data.google_compute_subnetwork.existing[0].self_link
  subnet_cidr     = var.network == null ? google_compute_subnetwork.cluster[0].ip_cidr_range : data.google_compute_subnetwork.existing[0].ip_cidr_range
  # An existing network's owner has said how its machines get out.
  egress = coalesce(var.egress, var.network == null && length(local.private) > 0 ? "nat" : "none")
}

data "google_compute_network" "existing" {
  count = var.network == null ? 0 : 1

  name    = var.network
  project = local.network_project
}

data "google_compute_subnetwork" "existing" {
  count = var.network == null ? 0 : 1

  name    = coalesce(var.subnet, var.network)
  region  = var.region
  project = local.network_project
}

resource "google_compute_network" "cluster" {
  count = var.network == null ? 1 : 0

  name                    = var.cluster_name
  description             = "Network of the cluster ${var.cluster_name}, made by ectf."
  auto_create_subnetworks = false
  mtu                     = var.mtu
}

resource "google_compute_subnetwork" "cluster" {
  count = var.network == null ? 1 : 0

  name                     = var.cluster_name
  description              = "Subnet of the cluster ${var.cluster_name}, made by ectf."
  network                  = google_compute_network.cluster[0].self_link
  region                   = var.region
  ip_cidr_range            = var.cidr
  private_ip_google_access = true

  lifecycle {
    # Google keeps the first two and the last two addresses.
    precondition {
      condition     = length(var.nodes) <= pow(2, 32 - tonumber(split("/", var.cidr)[1])) - 4
      error_message = "cloud.cidr: the range ${var.cidr} has no room for ${length(var.nodes)} nodes: choose a larger `cidr`."
    }
    precondition {
      condition     = alltrue([for peer in var.peer_cidrs : peer != var.cidr])
      error_message = "cloud.cidr: the range ${var.cidr} is also that of another cloud of this cluster: choose another `cidr`."
    }
  }
}

resource "google_compute_router" "cluster" {
  count = local.egress == "nat" ? 1 : 0

  name    = var.cluster_name
  network = local.network
  region  = var.region
  project = local.network_project
}

resource "google_compute_router_nat" "cluster" {
  count = local.egress == "nat" ? 1 : 0

  name                               = var.cluster_name
  router                             = google_compute_router.cluster[0].name
  region                             = var.region
  project                            = local.network_project
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"

  subnetwork {
    name                    = local.subnet
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }
}

# Firewall. Rules concern machines by their tags; what no rule allows is closed.

locals {
  open = {
    for rule in flatten([
      for group in keys(local.first) : [
        for port in lookup(var.ports, group, []) : {
          group    = group
          protocol = port.protocol
          range    = port.to_port == null ? tostring(port.port) : "${port.port}-${port.to_port}"
        } if port.public
      ]
    ]) : "${rule.group}-${rule.protocol}-${rule.range}" => rule...
  }
}

resource "google_compute_firewall" "inside" {
  name        = "${var.cluster_name}-inside"
  description = "Everything between nodes of the cluster ${var.cluster_name}."
  network     = local.network
  project     = local.network_project
  source_tags = [local.tag.all]
  target_tags = [local.tag.all]

  allow {
    protocol = "all"
  }
}

# Where no node has a public address, SSH comes over private ones: by VPN, or from a machine in the network.
resource "google_compute_firewall" "ssh" {
  for_each = toset(var.ssh_allow_from)

  name          = "${var.cluster_name}-ssh-${substr(sha1(each.key), 0, 8)}"
  description   = "SSH to the cluster ${var.cluster_name} from ${each.key}."
  network       = local.network
  project       = local.network_project
  source_ranges = [each.key]
  target_tags   = [length(local.public) > 0 ? local.tag.public : local.tag.all]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

resource "google_compute_firewall" "public" {
  for_each = local.open

  name          = "${var.cluster_name}-open-${substr(sha1(each.key), 0, 8)}"
  description   = "Public port ${each.key} of the cluster ${var.cluster_name}."
  network       = local.network
  project       = local.network_project
  source_ranges = ["0.0.0.0/0"]
  target_tags   = ["${var.cluster_name}-g-${each.value[0].group}"]

  allow {
    protocol = each.value[0].protocol
    ports    = contains(["tcp", "udp", "sctp"], each.value[0].protocol) ? [each.value[0].range] : null
  }
}

resource "google_compute_firewall" "peer" {
  for_each = toset(var.peer_cidrs)

  name          = "${var.cluster_name}-peer-${substr(sha1(each.key), 0, 8)}"
  description   = "Nodes of other clouds of the cluster ${var.cluster_name}, at ${each.key}."
  network       = local.network
  project       = local.network_project
  source_ranges = [each.key]
  target_tags   = [local.tag.all]

  allow {
    protocol = "all"
  }
}

# Placement

resource "google_compute_resource_policy" "placement" {
  for_each = { for group, found in local.group : group => found.placement if found.placement != null }

  name        = "${var.cluster_name}-${each.key}-${each.value}"
  description = "Nodes of ${each.key} ${each.value}, in the cluster ${var.cluster_name}."
  region      = var.region

  group_placement_policy {
    collocation               = each.value == "together" ? "COLLOCATED" : null
    availability_domain_count = each.value == "apart" ? 8 : null
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Shared file systems

resource "google_filestore_instance" "shared" {
  for_each = var.shared_fs

  name         = "${var.cluster_name}-${replace(each.key, "_", "-")}"
  description  = "File system ${each.key} of the cluster ${var.cluster_name}."
  tier         = each.value.tier
  location     = contains(["REGIONAL", "ENTERPRISE"], each.value.tier) ? var.region : try(coalesce(each.value.zone), local.default_zone)
  kms_key_name = contains(["BASIC_HDD", "BASIC_SSD"], each.value.tier) ? null : var.kms_key
  labels       = var.labels

  file_shares {
    name        = each.key
    capacity_gb = each.value.size_gb

    nfs_export_options {
      ip_ranges   = [local.subnet_cidr]
      access_mode = "READ_WRITE"
      squash_mode = "NO_ROOT_SQUASH"
    }
  }

  networks {
    network = local.network_project == var.project ? basename(local.network) : replace(local.network, "/^https?:.*/compute/v1//", "")
    modes   = ["MODE_IPV4"]
  }
}

# Names of disks: those beyond Google's 63 characters end in a digest.

locals {
  disk = {
    for name, node in var.nodes : name => {
      for volume in keys(node.volumes) : volume =>
      length("${var.cluster_name}-${name}-${volume}") <= 63 ? "${var.cluster_name}-${name}-${volume}" : "${substr("${var.cluster_name}-${name}-${volume}", 0, 54)}-${substr(sha1("${var.cluster_name}-${name}-${volume}"), 0, 8)}"
    } if length(node.volumes) > 0
  }
}

# What ectf is told of nodes (see contract.tf).
resource "terraform_data" "nodes" {
  input = tomap({
    for name, node in var.nodes : name => {
      group    = node.group
      ssh_user = lookup(var.ssh_user, node.image, "ectf")
      zone     = local.zone[name]
      host_key = lookup(var.host_keys, name, null)
      volumes  = { for volume in keys(node.volumes) : volume => "/dev/disk/by-id/google-${volume}" }
      from = {
        address     = "google_compute_address.address"
        private_ip  = "google_compute_address.address"
        public_ip   = node.public_ip ? "google_compute_instance.network_interface.0.access_config.0.nat_ip" : null
        instance_id = "google_compute_instance.instance_id"
      }
    }
  })
}

output "network" {
  description = "The network that the nodes are in, and the range of their subnet."
  value       = { id = local.network, cidr = local.subnet_cidr }
}

output "bastion" {
  description = "The node to jump through to those without a public address."
  value       = length(local.public) > 0 && length(local.private) > 0 ? local.public[0] : null
}

output "shared_fs" {
  description = "Shared file systems by name: what to mount, and how."
  value = {
    for name, fs in google_filestore_instance.shared : name => {
      source  = "${fs.networks[0].ip_addresses[0]}:/${name}"
      type    = "nfs"
      options = "vers=3,hard,timeo=600,retrans=3,_netdev"
    }
  }
}
