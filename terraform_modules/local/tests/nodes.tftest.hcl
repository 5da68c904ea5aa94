# `whole` is what ectf renders from whole.yaml.

mock_provider "podman" {}

variables {
  cluster_name   = "demo"
  subnet         = "10.90.0.0/24"
  nodes          = jsondecode(file("./whole/terraform.tfvars.json")).nodes.local
  node_settings  = jsondecode(file("./whole/terraform.tfvars.json")).node_settings.local
  ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuuOqcNLqsdoM/Ng/4ODcJtCh3I5Tvr/6d9K2ZE/YdT test"
  user_data      = { compute001 = "#cloud-config\n" }
}

run "every_node_is_reported" {
  module {
    source = "./whole/modules/local"
  }
  assert {
    condition = alltrue([
      output.node_frontend001.instance_id == podman_node.frontend001.id,
      output.node_compute001.instance_id == podman_node.compute001.id,
      output.node_compute002.address == podman_node.compute002.address,
      output.node_compute002.group == "compute",
    ])
    error_message = "A node is not reported as it was made."
  }
  assert {
    condition     = output.bastion == null && output.network.id == podman_network.cluster.id
    error_message = "Nodes are reached on this machine, on one network."
  }
}

run "values_reach_the_node_they_are_for" {
  command = plan
  module {
    source = "./whole/modules/local"
  }
  assert {
    condition     = podman_node.compute001.user_data == "#cloud-config\n" && podman_node.compute002.user_data == null
    error_message = "User data is per node."
  }
  assert {
    condition     = podman_node.compute002.capabilities == tolist(["NET_RAW"]) && length(podman_node.frontend001.capabilities) == 0
    error_message = "Settings are those of the node's group."
  }
  assert {
    condition     = toset(keys(podman_image.image)) == toset(["debian-12", "debian-13"])
    error_message = "Each image is asked for once."
  }
}

run "volumes_are_mounted_where_the_file_says" {
  module {
    source = "./whole/modules/local"
  }
  assert {
    condition     = output.node_frontend001.volumes == tomap({ home = "/home", scratch = "/mnt/scratch" })
    error_message = "A volume without a place of its own is below /mnt."
  }
  assert {
    condition     = podman_volume.frontend001["home"].on_destroy == "keep" && podman_volume.frontend001["scratch"].on_destroy == "delete"
    error_message = "What happens to data is said per volume."
  }
}

run "a_wrong_subnet_is_refused" {
  command = plan
  module {
    source = "./whole/modules/local"
  }
  variables {
    subnet = "everything"
  }
  expect_failures = [var.subnet]
}
