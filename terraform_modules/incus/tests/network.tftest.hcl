# private.yaml: in an existing network, no public address anywhere, a group of 0 nodes.

mock_provider "incus" {
  source = "./tests/mocks"
}

variables {
  cluster_name   = "demo"
  network        = "lan"
  cidr           = "192.0.2.0/25"
  nodes          = jsondecode(file("./private/terraform.tfvars.json")).nodes.incus
  images         = jsondecode(file("./private/terraform.tfvars.json")).images.incus
  ssh_user       = jsondecode(file("./private/terraform.tfvars.json")).ssh_user.incus
  ssh_allow_from = ["198.51.100.0/24"]
}

run "an_existing_network_is_used" {
  module {
    source = "./private/modules/incus"
  }
  assert {
    condition     = length(incus_network.cluster) == 0 && output.network == { id = "lan", cidr = "192.0.2.0/25" }
    error_message = "A network was made though one is named."
  }
  assert {
    condition     = one([for device in incus_instance.frontend001.device : device.properties["security.acls"] if device.name == "eth0"]) == "demo"
    error_message = "In a network of others the rules are the nodes' own."
  }
  assert {
    condition     = output.bastion == null && output.node_frontend001.public_ip == null && keys(terraform_data.image) == ["frontend"]
    error_message = "There is a public address that nobody asked for, or a group of 0 nodes has something."
  }
  assert {
    condition     = toset([for rule in incus_network_acl.cluster.ingress : rule.source]) == toset(["192.0.2.0/25", "192.0.2.1"])
    error_message = "Only the cluster itself and the server's own SSH get in."
  }
}

run "public_ports_and_peers" {
  command = plan
  module {
    source = "./private/modules/incus"
  }
  variables {
    egress     = "none"
    peer_cidrs = ["10.7.0.0/16"]
    ports      = { frontend = [{ port = 443, public = true }, { port = 8000, to_port = 8010, protocol = "udp", public = true }, { port = 6817 }] }
  }
  assert {
    condition     = toset([for rule in incus_network_acl.cluster.ingress : "${rule.protocol} ${rule.destination_port}" if rule.source == "0.0.0.0/0"]) == toset(["tcp 443", "udp 8000-8010"])
    error_message = "Only public ports are open to the world."
  }
  assert {
    condition     = toset([for rule in incus_network_acl.cluster.egress : rule.destination]) == toset(["192.0.2.0/25", "10.7.0.0/16"])
    error_message = "With `egress: none` nodes reach each other and their peers."
  }
}

run "a_wrong_range_is_refused" {
  command = plan
  module {
    source = "./private/modules/incus"
  }
  variables {
    cidr = "192.0.2.7/25"
  }
  expect_failures = [var.cidr]
}
