# private.yaml: in an existing network, no public address anywhere, a group of 0 nodes.

mock_provider "openstack" {
  source = "./tests/mocks"
}

variables {
  cluster_name   = "demo"
  nodes          = jsondecode(file("./private/terraform.tfvars.json")).nodes.openstack
  images         = jsondecode(file("./private/terraform.tfvars.json")).images.openstack
  ssh_user       = jsondecode(file("./private/terraform.tfvars.json")).ssh_user.openstack
  ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuuOqcNLqsdoM/Ng/4ODcJtCh3I5Tvr/6d9K2ZE/YdT test"
  ssh_allow_from = ["198.51.100.0/24"]
}

run "an_existing_network_is_used" {
  module {
    source = "./private/modules/openstack"
  }
  variables {
    network = "campus"
    subnet  = "10f3d1a1-6f3b-4a0e-8a39-1c1e0a4d5b6f"
  }
  assert {
    condition     = length(openstack_networking_network_v2.cluster) + length(openstack_networking_subnet_v2.cluster) + length(openstack_networking_router_v2.cluster) == 0
    error_message = "A network was made though one is named."
  }
  assert {
    condition     = data.openstack_networking_network_v2.existing[0].name == "campus" && data.openstack_networking_subnet_v2.existing[0].subnet_id == "10f3d1a1-6f3b-4a0e-8a39-1c1e0a4d5b6f" && output.network.cidr == "192.0.2.0/24"
    error_message = "A name is looked up as a name, an id as an id."
  }
  assert {
    condition     = output.bastion == null && output.node_frontend001.public_ip == null
    error_message = "There is a public address that nobody asked for."
  }
  assert {
    condition     = openstack_networking_secgroup_rule_v2.ssh["198.51.100.0/24"].security_group_id == openstack_networking_secgroup_v2.cluster.id && contains(openstack_networking_port_v2.frontend001.security_group_ids, openstack_networking_secgroup_v2.cluster.id)
    error_message = "SSH comes to private addresses."
  }
  assert {
    condition     = keys(openstack_networking_secgroup_rule_v2.ssh) == ["198.51.100.0/24"] && length(openstack_networking_secgroup_rule_v2.port) == 0
    error_message = "Something is open that nobody asked for."
  }
  assert {
    condition     = keys(terraform_data.image) == ["frontend"]
    error_message = "A group of 0 nodes has nothing."
  }
}

run "without_a_way_out" {
  command = plan
  module {
    source = "./private/modules/openstack"
  }
  variables {
    egress     = "none"
    peer_cidrs = ["10.7.0.0/16"]
  }
  assert {
    condition     = length(openstack_networking_router_v2.cluster) == 0 && toset(keys(openstack_networking_secgroup_rule_v2.egress)) == toset(["10.40.0.0/16", "10.7.0.0/16", "169.254.169.254/32"])
    error_message = "With `egress: none` nodes reach each other, their peers and the metadata service."
  }
}

run "public_addresses_of_the_network_itself" {
  command = plan
  module {
    source = "./private/modules/openstack"
  }
  variables {
    network        = "campus"
    public_ip_from = "network"
    ssh_allow_from = ["198.51.100.0/24", "2001:db8::/32"]
    ports          = { frontend = [{ port = 443, public = true }, { port = 6817 }] }
    nodes = {
      for name, node in jsondecode(file("./private/terraform.tfvars.json")).nodes.openstack : name => merge(node, { public_ip = true })
    }
  }
  assert {
    condition     = length(data.openstack_networking_network_v2.external) == 0
    error_message = "No floating address is needed."
  }
  assert {
    condition     = toset(keys(openstack_networking_secgroup_rule_v2.port)) == toset(["frontend tcp 443-443 IPv4", "frontend tcp 443-443 IPv6"]) && openstack_networking_secgroup_rule_v2.ssh["2001:db8::/32"].ethertype == "IPv6"
    error_message = "Only the public port is open to the world, SSH to who may."
  }
}
