# whole.yaml, changed step by step on one state; `whole` and `smaller` are what ectf renders from the samples.

mock_provider "incus" {
  source = "./tests/mocks"
}

variables {
  cluster_name     = "demo"
  public_addresses = { frontend001 = "192.0.2.10" }
  nodes            = jsondecode(file("./whole/terraform.tfvars.json")).nodes.incus
  node_settings    = jsondecode(file("./whole/terraform.tfvars.json")).node_settings.incus
  images           = jsondecode(file("./whole/terraform.tfvars.json")).images.incus
  ssh_user         = jsondecode(file("./whole/terraform.tfvars.json")).ssh_user.incus
  ssh_allow_from   = ["198.51.100.0/24"]
  ssh_public_key   = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuuOqcNLqsdoM/Ng/4ODcJtCh3I5Tvr/6d9K2ZE/YdT test"
  user_data        = { compute001 = "#cloud-config\n" }
}

run "every_node_is_reported" {
  state_key = "cluster"
  module {
    source = "./whole/modules/incus"
  }
  assert {
    condition = alltrue([
      output.node_frontend001.instance_id == incus_instance.frontend001.mac_address,
      output.node_compute001.address == one([for device in incus_instance.compute001.device : device.properties["ipv4.address"] if device.name == "eth0"]),
      output.node_compute002.group == "compute",
      output.node_compute003.ssh_user == "rocky",
      length(distinct([output.node_frontend001.address, output.node_compute001.address, output.node_compute002.address, output.node_compute003.address])) == 4,
    ])
    error_message = "A node is not reported as it was made."
  }
  assert {
    condition     = output.bastion == "frontend001" && output.node_frontend001.ssh_host == "192.0.2.10" && incus_network_forward.frontend001.config.target_address == output.node_frontend001.address && output.node_compute001.public_ip == null
    error_message = "The way in is not the frontend."
  }
  assert {
    condition     = output.node_frontend001.volumes == tomap({ home = "/home", scratch = "/mnt/scratch" }) && output.node_compute001.volumes.data == "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_incus_vdata"
    error_message = "A container has its volumes in place, a virtual machine as disks."
  }
}

run "groups_have_their_own_images_and_kinds" {
  command   = plan
  state_key = "cluster"
  module {
    source = "./whole/modules/incus"
  }
  assert {
    condition     = incus_instance.frontend001.image == "images:debian/12/cloud" && incus_instance.compute001.image == "images:rockylinux/9/cloud"
    error_message = "Each group has its own image."
  }
  assert {
    condition     = incus_instance.frontend001.type == "container" && incus_instance.compute001.type == "virtual-machine" && incus_instance.compute001.config["limits.memory"] == "16384MiB"
    error_message = "A node is not of the kind or the size that the file says."
  }
  assert {
    condition     = incus_instance.compute001.config["cloud-init.user-data"] == "#cloud-config\n" && !contains(keys(incus_instance.compute002.config), "cloud-init.user-data")
    error_message = "User data is per node."
  }
}

run "a_label_changes_in_place" {
  state_key = "cluster"
  module {
    source = "./whole/modules/incus"
  }
  variables {
    labels = { purpose = "walk" }
  }
  assert {
    condition     = incus_instance.compute002.config["user.purpose"] == "walk" && incus_network.cluster[0].config["user.purpose"] == "walk" && output.node_compute002 == run.every_node_is_reported.node_compute002
    error_message = "A label made another machine, or is not on all."
  }
}

run "removing_a_node_touches_no_other" {
  state_key = "cluster"
  module {
    source = "./smaller/modules/incus"
  }
  variables {
    nodes         = jsondecode(file("./smaller/terraform.tfvars.json")).nodes.incus
    node_settings = jsondecode(file("./smaller/terraform.tfvars.json")).node_settings.incus
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
    source = "./smaller/modules/incus"
  }
  variables {
    login_user    = "admin"
    node_settings = jsondecode(file("./smaller/terraform.tfvars.json")).node_settings.incus
    nodes = {
      for name, node in jsondecode(file("./smaller/terraform.tfvars.json")).nodes.incus :
      name => merge(node, { image = "mine" })
    }
  }
  assert {
    condition = alltrue([
      output.node_frontend001.ssh_user == "admin",
      keys(data.incus_image.container) == ["mine"] && keys(data.incus_image.virtual) == ["mine"],
      output.node_frontend001.volumes == run.every_node_is_reported.node_frontend001.volumes,
      output.node_frontend001.address == run.every_node_is_reported.node_frontend001.address,
      incus_storage_volume.frontend001_home.config["user.ectf-keep"] == "true",
      incus_storage_volume.frontend001_scratch.config["user.ectf-keep"] == "false",
    ])
    error_message = "A new machine lost its volumes or its addresses. (Spot there is none: `ectf validate` refuses it.)"
  }
}
