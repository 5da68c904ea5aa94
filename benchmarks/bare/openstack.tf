# What an experienced person would write by hand for the benchmark's cluster. What stands between `# per node` and
# `# end` is written once per compute node.

terraform {
  required_version = ">= 1.11"
  required_providers {
    openstack = {
      source  = "terraform-provider-openstack/openstack"
      version = "~> 3.4"
    }
  }
}

variable "ssh_public_key" {
  type = string
}

variable "user_data" {
  type = map(string)
}

provider "openstack" {
  cloud = "mysite"
}

data "openstack_networking_network_v2" "external" {
  name     = "public"
  external = true
}

resource "openstack_networking_network_v2" "cluster" {
  name        = "bench"
  description = "Cluster bench"
  tags        = ["ectf-cluster=bench", "managed-by=ectf"]
}

resource "openstack_networking_subnet_v2" "cluster" {
  name            = "bench"
  network_id      = openstack_networking_network_v2.cluster.id
  cidr            = "10.40.0.0/16"
  ip_version      = 4
  dns_nameservers = []
  tags            = ["ectf-cluster=bench", "managed-by=ectf"]
}

resource "openstack_networking_router_v2" "cluster" {
  name                = "bench"
  description         = "Cluster bench"
  external_network_id = data.openstack_networking_network_v2.external.id
  tags                = ["ectf-cluster=bench", "managed-by=ectf"]
}

resource "openstack_networking_router_interface_v2" "cluster" {
  router_id = openstack_networking_router_v2.cluster.id
  subnet_id = openstack_networking_subnet_v2.cluster.id
}

resource "openstack_networking_secgroup_v2" "cluster" {
  name                 = "bench"
  description          = "All nodes of cluster bench"
  delete_default_rules = true
  tags                 = ["ectf-cluster=bench", "managed-by=ectf"]
}

resource "openstack_networking_secgroup_rule_v2" "inside_ipv4" {
  description       = "everything between nodes"
  security_group_id = openstack_networking_secgroup_v2.cluster.id
  direction         = "ingress"
  ethertype         = "IPv4"
  remote_group_id   = openstack_networking_secgroup_v2.cluster.id
}

resource "openstack_networking_secgroup_rule_v2" "inside_ipv6" {
  description       = "everything between nodes"
  security_group_id = openstack_networking_secgroup_v2.cluster.id
  direction         = "ingress"
  ethertype         = "IPv6"
  remote_group_id   = openstack_networking_secgroup_v2.cluster.id
}

resource "openstack_networking_secgroup_rule_v2" "egress_ipv4" {
  description       = "outgoing"
  security_group_id = openstack_networking_secgroup_v2.cluster.id
  direction         = "egress"
  ethertype         = "IPv4"
  remote_ip_prefix  = "0.0.0.0/0"
}

resource "openstack_networking_secgroup_rule_v2" "egress_ipv6" {
  description       = "outgoing"
  security_group_id = openstack_networking_secgroup_v2.cluster.id
  direction         = "egress"
  ethertype         = "IPv6"
  remote_ip_prefix  = "::/0"
}

resource "openstack_networking_secgroup_v2" "public" {
  name                 = "bench-public"
  description          = "Nodes of cluster bench with a public address"
  delete_default_rules = true
  tags                 = ["ectf-cluster=bench", "managed-by=ectf"]
}

resource "openstack_networking_secgroup_rule_v2" "ssh" {
  description       = "SSH"
  security_group_id = openstack_networking_secgroup_v2.public.id
  direction         = "ingress"
  ethertype         = "IPv4"
  protocol          = "tcp"
  port_range_min    = 22
  port_range_max    = 22
  remote_ip_prefix  = "198.51.100.0/24"
}

resource "openstack_networking_secgroup_rule_v2" "public_egress_ipv4" {
  description       = "outgoing"
  security_group_id = openstack_networking_secgroup_v2.public.id
  direction         = "egress"
  ethertype         = "IPv4"
  remote_ip_prefix  = "0.0.0.0/0"
}

resource "openstack_networking_secgroup_rule_v2" "public_egress_ipv6" {
  description       = "outgoing"
  security_group_id = openstack_networking_secgroup_v2.public.id
  direction         = "egress"
  ethertype         = "IPv6"
  remote_ip_prefix  = "::/0"
}

resource "openstack_compute_keypair_v2" "cluster" {
  name       = "bench"
  public_key = var.ssh_public_key
}

data "openstack_images_image_ids_v2" "debian" {
  name = "debian-12"
  sort = "created_at:desc"
}

resource "openstack_networking_port_v2" "frontend001" {
  name               = "bench-frontend001"
  network_id         = openstack_networking_network_v2.cluster.id
  security_group_ids = [openstack_networking_secgroup_v2.cluster.id, openstack_networking_secgroup_v2.public.id]
  tags               = ["ectf-cluster=bench", "ectf-group=frontend", "ectf-node=frontend001", "managed-by=ectf"]

  fixed_ip {
    subnet_id = openstack_networking_subnet_v2.cluster.id
  }
}

resource "openstack_networking_floatingip_v2" "frontend001" {
  pool        = "public"
  port_id     = openstack_networking_port_v2.frontend001.id
  description = "bench-frontend001"
  tags        = ["ectf-cluster=bench", "ectf-group=frontend", "ectf-node=frontend001", "managed-by=ectf"]

  depends_on = [openstack_networking_router_interface_v2.cluster]
}

resource "openstack_compute_instance_v2" "frontend001" {
  name        = "bench-frontend001"
  flavor_name = "m1.small"
  image_id    = data.openstack_images_image_ids_v2.debian.ids[0]
  key_pair    = "bench"
  user_data   = var.user_data["frontend001"]
  metadata    = { ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }

  network {
    port = openstack_networking_port_v2.frontend001.id
  }

  lifecycle {
    ignore_changes = [image_id, key_pair, user_data]
  }

  depends_on = [openstack_compute_keypair_v2.cluster, openstack_networking_router_interface_v2.cluster]
}

# per node
resource "openstack_networking_port_v2" "NODE" {
  name               = "bench-NODE"
  network_id         = openstack_networking_network_v2.cluster.id
  security_group_ids = [openstack_networking_secgroup_v2.cluster.id]
  tags               = ["ectf-cluster=bench", "ectf-group=compute", "ectf-node=NODE", "managed-by=ectf"]

  fixed_ip {
    subnet_id = openstack_networking_subnet_v2.cluster.id
  }
}

resource "openstack_compute_instance_v2" "NODE" {
  name        = "bench-NODE"
  flavor_name = "m1.small"
  image_id    = data.openstack_images_image_ids_v2.debian.ids[0]
  key_pair    = "bench"
  user_data   = var.user_data["NODE"]
  metadata    = { ectf-cluster = "bench", ectf-group = "compute", ectf-node = "NODE", managed-by = "ectf" }

  network {
    port = openstack_networking_port_v2.NODE.id
  }

  lifecycle {
    ignore_changes = [image_id, key_pair, user_data]
  }

  depends_on = [openstack_compute_keypair_v2.cluster, openstack_networking_router_interface_v2.cluster]
}
# end

output "nodes" {
  value = {
    frontend001 = { address = openstack_networking_port_v2.frontend001.all_fixed_ips[0], public = openstack_networking_floatingip_v2.frontend001.address, id = openstack_compute_instance_v2.frontend001.id }
    # per node
    NODE = { address = openstack_networking_port_v2.NODE.all_fixed_ips[0], public = null, id = openstack_compute_instance_v2.NODE.id }
    # end
  }
}
