# whole.yaml, changed step by step on one state; `whole` and `smaller` are what ectf renders from the samples.

mock_provider "azurerm" {}

variables {
  cluster_name   = "demo"
  location       = "westeurope"
  resource_group = "lab"
  nodes          = jsondecode(file("./whole/terraform.tfvars.json")).nodes.azure
  node_settings  = jsondecode(file("./whole/terraform.tfvars.json")).node_settings.azure
  images         = jsondecode(file("./whole/terraform.tfvars.json")).images.azure
  ssh_allow_from = ["198.51.100.0/24"]
  ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuuOqcNLqsdoM/Ng/4ODcJtCh3I5Tvr/6d9K2ZE/YdT test"
}

run "every_node_is_reported" {
  state_key = "cluster"
  module {
    source = "./whole/modules/azure"
  }
  assert {
    condition = alltrue([
      output.node_frontend001.instance_id == azurerm_linux_virtual_machine.frontend001.virtual_machine_id,
      output.node_compute001.instance_id == azurerm_linux_virtual_machine.compute001.virtual_machine_id,
      output.node_compute002.instance_id == azurerm_linux_virtual_machine.compute002.virtual_machine_id,
      output.node_compute003.instance_id == azurerm_linux_virtual_machine.compute003.virtual_machine_id,
    ])
    error_message = "A node is not reported as it was made."
  }
  assert {
    condition     = output.bastion == "frontend001" && output.node_frontend001.ssh_host == azurerm_public_ip.frontend001.ip_address && output.node_compute001.public_ip == null
    error_message = "The way in is not the frontend."
  }
  assert {
    condition     = [output.node_compute001.zone, output.node_compute002.zone, output.node_compute003.zone] == ["1", "2", "3"]
    error_message = "The nodes are not spread over the zones in the order of their names."
  }
  assert {
    condition     = output.node_frontend001.volumes == tomap({ home = "/dev/disk/azure/scsi1/lun19", scratch = "/dev/disk/azure/scsi1/lun13" })
    error_message = "A volume's slot comes from its name alone."
  }
  assert {
    condition     = one(azurerm_network_security_rule.ssh).source_address_prefixes == toset(["198.51.100.0/24"]) && length(azurerm_network_security_rule.public) == 0
    error_message = "Something else is open than SSH from where the file says."
  }
  assert {
    condition     = azurerm_network_interface.frontend001.accelerated_networking_enabled && azurerm_linux_virtual_machine.frontend001.size == "Standard_F2s_v2"
    error_message = "A type that has accelerated networking is made without."
  }
}

run "a_type_without_accelerated_networking_is_refused_where_the_interface_has_it" {
  command   = plan
  state_key = "cluster"
  module {
    source = "./whole/modules/azure"
  }
  variables {
    nodes = {
      for name, node in jsondecode(file("./whole/terraform.tfvars.json")).nodes.azure :
      name => node.group == "frontend" ? merge(node, { type = "Standard_B2s" }) : node
    }
  }
  expect_failures = [azurerm_linux_virtual_machine.frontend001]
}

run "groups_have_their_own_images_and_spot" {
  command   = plan
  state_key = "cluster"
  module {
    source = "./whole/modules/azure"
  }
  assert {
    condition     = azurerm_linux_virtual_machine.frontend001.source_image_reference[0].sku == "12-gen2" && azurerm_linux_virtual_machine.compute001.plan[0].product == "rockylinux-x86_64" && length(azurerm_linux_virtual_machine.frontend001.plan) == 0
    error_message = "Each group's machines come from its own image."
  }
  assert {
    condition = alltrue([
      azurerm_linux_virtual_machine.compute001.priority == "Spot",
      azurerm_linux_virtual_machine.compute001.max_bid_price == 0.05,
      azurerm_linux_virtual_machine.compute001.eviction_policy == "Delete",
      azurerm_linux_virtual_machine.frontend001.priority == "Regular",
    ])
    error_message = "Only the group that says so is spot, at its ceiling price."
  }
}

run "a_label_changes_in_place" {
  state_key = "cluster"
  module {
    source = "./whole/modules/azure"
  }
  variables {
    labels = { purpose = "walk" }
  }
  assert {
    condition = alltrue([
      azurerm_linux_virtual_machine.compute002.tags.purpose == "walk",
      output.node_frontend001.instance_id == run.every_node_is_reported.node_frontend001.instance_id,
      output.node_compute002.instance_id == run.every_node_is_reported.node_compute002.instance_id,
    ])
    error_message = "A label made another machine."
  }
}

run "removing_a_node_touches_no_other" {
  state_key = "cluster"
  module {
    source = "./smaller/modules/azure"
  }
  variables {
    nodes         = jsondecode(file("./smaller/terraform.tfvars.json")).nodes.azure
    node_settings = jsondecode(file("./smaller/terraform.tfvars.json")).node_settings.azure
    labels        = { purpose = "walk" }
  }
  assert {
    condition = alltrue([
      output.node_frontend001 == run.every_node_is_reported.node_frontend001,
      output.node_compute001 == run.every_node_is_reported.node_compute001,
      output.node_compute003 == run.every_node_is_reported.node_compute003,
    ])
    error_message = "Another node than compute002 was touched."
  }
}

run "a_kept_volume_survives_its_machine" {
  state_key = "cluster"
  module {
    source = "./smaller/modules/azure"
  }
  variables {
    nodes = {
      for name, node in jsondecode(file("./smaller/terraform.tfvars.json")).nodes.azure :
      name => merge(node, { image = "Debian:debian-13:13-gen2:latest" })
    }
    labels = { purpose = "walk" }
  }
  assert {
    condition     = output.node_frontend001.instance_id != run.every_node_is_reported.node_frontend001.instance_id
    error_message = "Another image in the file makes another machine."
  }
  assert {
    condition = alltrue([
      output.node_frontend001.volumes == run.every_node_is_reported.node_frontend001.volumes,
      output.node_frontend001.private_ip == run.every_node_is_reported.node_frontend001.private_ip,
      output.node_frontend001.public_ip == run.every_node_is_reported.node_frontend001.public_ip,
    ])
    error_message = "A new machine lost its volumes or its addresses."
  }
}
