# whole.yaml, changed step by step on one state; `whole` and `smaller` are what ectf renders from the samples.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  cluster_name   = "demo"
  region         = "eu-central-1"
  nodes          = jsondecode(file("./whole/terraform.tfvars.json")).nodes.aws
  node_settings  = jsondecode(file("./whole/terraform.tfvars.json")).node_settings.aws
  images         = jsondecode(file("./whole/terraform.tfvars.json")).images.aws
  ssh_allow_from = ["198.51.100.0/24"]
  ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuuOqcNLqsdoM/Ng/4ODcJtCh3I5Tvr/6d9K2ZE/YdT test"
}

run "every_node_is_reported" {
  state_key = "cluster"
  module {
    source = "./whole/modules/aws"
  }
  assert {
    condition = alltrue([
      output.node_frontend001.instance_id == aws_instance.frontend001.id,
      output.node_compute001.instance_id == aws_instance.compute001.id,
      output.node_compute002.instance_id == aws_instance.compute002.id,
      output.node_compute003.instance_id == aws_instance.compute003.id,
    ])
    error_message = "A node is not reported as it was made."
  }
  assert {
    condition     = output.bastion == "frontend001" && output.node_frontend001.ssh_host == aws_eip.frontend001.public_ip && output.node_compute001.public_ip == null
    error_message = "The way in is not the frontend."
  }
  assert {
    condition     = output.node_compute001.zone == "eu-central-1a" && output.node_compute002.zone == "eu-central-1b"
    error_message = "The nodes are not spread over the zones in the order of their names."
  }
}

run "ssh_comes_to_public_nodes_alone" {
  command   = plan
  state_key = "cluster"
  module {
    source = "./whole/modules/aws"
  }
  assert {
    condition     = contains(aws_network_interface.frontend001.security_groups, aws_security_group.ssh.id) && !contains(aws_network_interface.compute001.security_groups, aws_security_group.ssh.id)
    error_message = "SSH is open to a node that is reached through another."
  }
}

run "a_price_is_written_as_amazon_does" {
  command = plan
  module {
    source = "./whole/modules/aws"
  }
  variables {
    node_settings = { compute001 = { spot_price = 12 } }
  }
  assert {
    condition     = aws_instance.compute001.instance_market_options[0].spot_options[0].max_price == "12.000000"
    error_message = "The provider would take the answer for another price, and replace the machine."
  }
}

run "a_volume_has_its_device_name" {
  command = plan
  module {
    source = "./whole/modules/aws"
  }
  assert {
    condition     = aws_volume_attachment.frontend001_home.device_name == "/dev/xvdbu" && aws_volume_attachment.frontend001_scratch.device_name == "/dev/xvdbm"
    error_message = "A volume's device name is another one than it has always been."
  }
}

run "other_volumes_do_not_move_it" {
  command = plan
  module {
    source = "./whole/modules/aws"
  }
  variables {
    nodes = {
      for name, node in jsondecode(file("./whole/terraform.tfvars.json")).nodes.aws :
      name => merge(node, name != "frontend001" ? {} : { volumes = merge(node.volumes, { db = { size_gb = 1 }, export = { size_gb = 1 } }) })
    }
    device_names = { scratch = "/dev/sdf" }
  }
  assert {
    condition     = aws_volume_attachment.frontend001_home.device_name == "/dev/xvdbu"
    error_message = "A volume that came moved another."
  }
  assert {
    condition     = aws_volume_attachment.frontend001_scratch.device_name == "/dev/sdf"
    error_message = "The device name that the file says is not taken."
  }
}

run "groups_have_their_own_images_and_spot" {
  command   = plan
  state_key = "cluster"
  module {
    source = "./whole/modules/aws"
  }
  assert {
    condition     = toset(keys(data.aws_ami.portable)) == toset(["debian-12/x86_64", "rocky-9/arm64"])
    error_message = "Each group's image is looked up for its own kind of processor."
  }
  assert {
    condition     = aws_instance.compute001.instance_market_options[0].spot_options[0].max_price == "0.050000" && length(aws_instance.frontend001.instance_market_options) == 0
    error_message = "Only the group that says so is spot, at its ceiling price."
  }
}

run "a_label_changes_in_place" {
  state_key = "cluster"
  module {
    source = "./whole/modules/aws"
  }
  variables {
    labels = { purpose = "walk" }
  }
  assert {
    condition = alltrue([
      aws_instance.compute002.tags.purpose == "walk",
      output.node_frontend001.instance_id == run.every_node_is_reported.node_frontend001.instance_id,
      output.node_compute002.instance_id == run.every_node_is_reported.node_compute002.instance_id,
    ])
    error_message = "A label made another machine."
  }
}

run "removing_a_node_touches_no_other" {
  state_key = "cluster"
  module {
    source = "./smaller/modules/aws"
  }
  variables {
    nodes  = jsondecode(file("./smaller/terraform.tfvars.json")).nodes.aws
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
    source = "./smaller/modules/aws"
  }
  variables {
    nodes = {
      for name, node in jsondecode(file("./smaller/terraform.tfvars.json")).nodes.aws :
      name => merge(node, { image = "ami-0aaaaaaaaaaaaaaaa" })
    }
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
