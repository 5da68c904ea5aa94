# whole.yaml, changed step by step on one state; `whole` and `smaller` are what ectf renders from the samples.

mock_provider "openstack" {
  source = "./tests/mocks"
}

variables {
  cluster_name     = "demo"
  external_network = "public"
  nodes            = jsondecode(file("./whole/terraform.tfvars.json")).nodes.openstack
  images           = jsondecode(file("./whole/terraform.tfvars.json")).images.openstack
  ssh_user         = jsondecode(file("./whole/terraform.tfvars.json")).ssh_user.openstack
  ssh_allow_from   = ["198.51.100.0/24"]
  ssh_public_key   = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuuOqcNLqsdoM/Ng/4ODcJtCh3I5Tvr/6d9K2ZE/YdT test"
}

run "every_node_is_reported" {
  state_key = "cluster"
  module {
    source = "./whole/modules/openstack"
  }
  assert {
    condition = alltrue([
      output.node_frontend001.instance_id == openstack_compute_instance_v2.frontend001.id,
      output.node_compute001.instance_id == openstack_compute_instance_v2.compute001.id,
      output.node_compute002.instance_id == openstack_compute_instance_v2.compute002.id,
      output.node_compute003.instance_id == openstack_compute_instance_v2.compute003.id,
    ])
    error_message = "A node is not reported as it was made."
  }
  assert {
    condition     = output.bastion == "frontend001" && output.node_frontend001.ssh_host == openstack_networking_floatingip_v2.frontend001[0].address && output.node_compute001.public_ip == null
    error_message = "The way in is not the frontend."
  }
  assert {
    condition     = [output.node_compute001.zone, output.node_compute002.zone, output.node_compute003.zone] == ["az1", "az2", "az1"]
    error_message = "The nodes are not spread over the zones in the order of their names."
  }
  assert {
    condition     = output.node_frontend001.volumes.home == "/dev/disk/by-id/virtio-98f28d97-f961-45a9-8"
    error_message = "A volume is not found at its stable path."
  }
  assert {
    condition     = openstack_networking_secgroup_rule_v2.ssh["198.51.100.0/24"].security_group_id == openstack_networking_secgroup_v2.public.id && !contains(openstack_networking_port_v2.compute001.security_group_ids, openstack_networking_secgroup_v2.public.id)
    error_message = "SSH comes to nodes with a public address, and to no others."
  }
}

run "groups_have_their_own_images_and_flavors" {
  command   = plan
  state_key = "cluster"
  module {
    source = "./whole/modules/openstack"
  }
  assert {
    condition     = toset(keys(data.openstack_images_image_ids_v2.image)) == toset(["debian-12 x86_64", "rocky-9 x86_64"])
    error_message = "Each group's image is looked up."
  }
  assert {
    condition     = openstack_compute_instance_v2.frontend001.flavor_name == "m1.small" && openstack_compute_instance_v2.compute001.flavor_id == data.openstack_compute_flavor_v2.sized["8 16"].id
    error_message = "A type is the flavor's name; a size asks for the flavor that has it."
  }
  assert {
    condition     = openstack_compute_servergroup_v2.group["compute"].policies == tolist(["soft-anti-affinity"]) && openstack_compute_instance_v2.compute001.block_device[0].uuid == openstack_blockstorage_volume_v3.compute001.id
    error_message = "The group is placed apart and boots from volumes."
  }
}

run "a_size_takes_the_smallest_flavor_that_fits" {
  command = plan
  module {
    source = "./whole/modules/openstack"
  }
  variables {
    flavors = { large = { cpus = 16, memory_gb = 32 }, small = { cpus = 8, memory_gb = 16 }, gpu = { cpus = 8, memory_gb = 16, gpus = 1 }, tiny = { cpus = 1, memory_gb = 64 } }
  }
  assert {
    condition     = openstack_compute_instance_v2.compute001.flavor_name == "small"
    error_message = "Not the smallest flavor that fits was taken. (Spot there is none: `ectf validate` refuses it.)"
  }
}

run "a_label_changes_in_place" {
  state_key = "cluster"
  module {
    source = "./whole/modules/openstack"
  }
  variables {
    labels = { purpose = "walk" }
  }
  assert {
    condition = alltrue([
      openstack_compute_instance_v2.compute002.metadata.purpose == "walk",
      contains(openstack_networking_port_v2.compute002.tags, "purpose=walk"),
      output.node_frontend001.instance_id == run.every_node_is_reported.node_frontend001.instance_id,
      output.node_compute002.instance_id == run.every_node_is_reported.node_compute002.instance_id,
    ])
    error_message = "A label made another machine."
  }
}

run "removing_a_node_touches_no_other" {
  state_key = "cluster"
  module {
    source = "./smaller/modules/openstack"
  }
  variables {
    nodes  = jsondecode(file("./smaller/terraform.tfvars.json")).nodes.openstack
    labels = { purpose = "walk" }
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
    source = "./smaller/modules/openstack"
  }
  variables {
    login_user = "cloud-user"
    nodes = {
      for name, node in jsondecode(file("./smaller/terraform.tfvars.json")).nodes.openstack :
      name => merge(node, { image = "5f3c1d0e-0000-4000-8000-000000000001" })
    }
  }
  assert {
    condition     = output.node_frontend001.instance_id != run.every_node_is_reported.node_frontend001.instance_id && output.node_frontend001.ssh_user == "cloud-user"
    error_message = "Another image in the file makes another machine."
  }
  assert {
    condition = alltrue([
      output.node_frontend001.volumes == run.every_node_is_reported.node_frontend001.volumes,
      openstack_blockstorage_volume_v3.frontend001_home.metadata.ectf-keep == "true",
      openstack_blockstorage_volume_v3.frontend001_scratch.metadata.ectf-keep == "false",
      output.node_frontend001.public_ip == run.every_node_is_reported.node_frontend001.public_ip,
    ])
    error_message = "A new machine lost its volumes or its addresses."
  }
}
