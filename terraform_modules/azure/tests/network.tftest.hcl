# private.yaml: in an existing network, no public address anywhere, a group of 0 nodes.

mock_provider "azurerm" {
  mock_data "azurerm_subnet" {
    defaults = {
      id               = "/subscriptions/s/resourceGroups/lab/providers/Microsoft.Network/virtualNetworks/hub/subnets/compute"
      address_prefixes = ["10.240.0.0/24"]
    }
  }
}

variables {
  cluster_name   = "demo"
  location       = "westeurope"
  resource_group = "lab"
  network        = "hub"
  subnet         = "compute"
  nodes          = jsondecode(file("./private/terraform.tfvars.json")).nodes.azure
  images         = jsondecode(file("./private/terraform.tfvars.json")).images.azure
  ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuuOqcNLqsdoM/Ng/4ODcJtCh3I5Tvr/6d9K2ZE/YdT test"
}

run "an_existing_network_is_used" {
  module {
    source = "./private/modules/azure"
  }
  assert {
    condition     = length(azurerm_virtual_network.cluster) + length(azurerm_subnet.cluster) + length(azurerm_nat_gateway.cluster) + length(azurerm_resource_group.cluster) == 0
    error_message = "A network was made though one is named."
  }
  assert {
    condition     = azurerm_network_interface.frontend001.ip_configuration[0].subnet_id == data.azurerm_subnet.given[0].id && output.network.cidr == "10.240.0.0/24"
    error_message = "The node is not in the subnet that is named."
  }
  assert {
    condition     = length(azurerm_subnet_network_security_group_association.cluster) == 0 && azurerm_network_interface_security_group_association.frontend001.network_security_group_id == azurerm_network_security_group.cluster.id
    error_message = "In a subnet of somebody else's the nodes are guarded, and they alone."
  }
  assert {
    condition     = azurerm_network_security_rule.inside.source_address_prefix == null && azurerm_network_interface_application_security_group_association.frontend001["cluster"].application_security_group_id == azurerm_application_security_group.cluster[0].id
    error_message = "Other machines of the subnet are not of the cluster."
  }
  assert {
    condition     = output.bastion == null && output.node_frontend001.public_ip == null
    error_message = "There is a public address that nobody asked for."
  }
  assert {
    condition     = length(azurerm_network_security_rule.ssh) + length(azurerm_network_security_rule.public) == 0
    error_message = "Something is open that nobody asked for."
  }
  assert {
    condition     = keys(terraform_data.image) == ["frontend"]
    error_message = "A group of 0 nodes has nothing."
  }
  assert {
    condition     = azurerm_managed_disk.frontend001_home.resource_group_name == "lab" && azurerm_managed_disk.frontend001_home.tags.ectf-keep == "true"
    error_message = "A kept volume is in the resource group that is named."
  }
}

run "another_s_network_gets_no_way_out_of_ours" {
  command = plan
  module {
    source = "./private/modules/azure"
  }
  variables {
    egress = "nat"
  }
  expect_failures = [var.egress]
}

run "what_a_group_can_not_have_is_refused" {
  command = plan
  module {
    source = "./private/modules/azure"
  }
  variables {
    nodes = {
      for name, node in jsondecode(file("./private/terraform.tfvars.json")).nodes.azure :
      name => merge(node, { zone = "westeurope-1", disk_gb = 10 })
    }
  }
  expect_failures = [terraform_data.image]
}

run "ports_that_are_public_are_open_to_their_group_alone" {
  command = plan
  module {
    source = "./private/modules/azure"
  }
  variables {
    ports = {
      frontend = [{ port = 443, public = true }, { port = 8000, to_port = 8100, public = true }, { port = 6817 }]
      compute  = [{ port = 443, public = true }]
    }
    peer_cidrs     = ["10.1.0.0/16", "fd00::/8"]
    ssh_allow_from = ["192.0.2.0/24", "2001:db8::/32"]
  }
  assert {
    condition     = { for name, rule in azurerm_network_security_rule.public : name => rule.destination_port_ranges } == { "frontend-tcp" = toset(["443", "8000-8100"]) }
    error_message = "A port is open that is not public, or one of a group that has no node."
  }
  assert {
    condition     = keys(azurerm_network_interface_application_security_group_association.frontend001) == ["cluster", "public"]
    error_message = "The rule reaches the nodes of its group by their security group."
  }
  assert {
    condition     = one(azurerm_network_security_rule.peers).source_address_prefixes == toset(["10.1.0.0/16"]) && one(azurerm_network_security_rule.ssh).source_address_prefixes == toset(["192.0.2.0/24"])
    error_message = "The network is IPv4."
  }
}
