# What somebody would write by hand for so many machines, and no more: once above the line, per node below.

terraform {
  required_providers {
    openstack = {
      source = "terraform-provider-openstack/openstack"
    }
  }
}

provider "openstack" {
  cloud = "mysite"
}

resource "openstack_networking_network_v2" "cluster" {
  name = "bench"
}

resource "openstack_networking_subnet_v2" "cluster" {
  network_id = openstack_networking_network_v2.cluster.id
  cidr       = "10.40.0.0/16"
}

resource "openstack_networking_secgroup_v2" "cluster" {
  name = "bench"
}
# ---
resource "openstack_networking_port_v2" "NODE" {
  name               = "bench-NODE"
  network_id         = openstack_networking_network_v2.cluster.id
  security_group_ids = [openstack_networking_secgroup_v2.cluster.id]

  fixed_ip {
    subnet_id = openstack_networking_subnet_v2.cluster.id
  }
}

resource "openstack_compute_instance_v2" "NODE" {
  name        = "bench-NODE"
  flavor_name = "m1.small"
  image_name  = "debian-12"

  network {
    port = openstack_networking_port_v2.NODE.id
  }
}

output "NODE" {
  value = {
    address = openstack_networking_port_v2.NODE.all_fixed_ips[0]
    id      = openstack_compute_instance_v2.NODE.id
  }
}
