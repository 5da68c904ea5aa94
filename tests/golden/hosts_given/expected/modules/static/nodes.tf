# One block per node, stamped from the cloud's node.tf.j2.

resource "terraform_data" "compute001" {
  input = {
    group = var.nodes["compute001"].group
    user  = try(var.ssh_user[var.nodes["compute001"].image], "root")
    host  = var.hosts["compute001"]
  }

  # Another address is another machine, and everything on it has to be configured anew.
  triggers_replace = [var.hosts["compute001"].address, var.hosts["compute001"].port]
}

resource "terraform_data" "node_compute001" {
  input = {
    group       = terraform_data.compute001.output.group
    address     = coalesce(terraform_data.compute001.output.host.peer_address, terraform_data.compute001.output.host.private_ip, terraform_data.compute001.output.host.address)
    private_ip  = terraform_data.compute001.output.host.private_ip
    public_ip   = terraform_data.compute001.output.host.address
    ssh_host    = terraform_data.compute001.output.host.address
    ssh_port    = terraform_data.compute001.output.host.port
    ssh_user    = coalesce(terraform_data.compute001.output.host.user, terraform_data.compute001.output.user)
    instance_id = terraform_data.compute001.id
    zone        = null
    host_key    = terraform_data.compute001.output.host.host_key
    volumes     = { for name, volume in var.nodes["compute001"].volumes : name => volume.mount if volume.mount != null }
  }
}

resource "terraform_data" "compute002" {
  input = {
    group = var.nodes["compute002"].group
    user  = try(var.ssh_user[var.nodes["compute002"].image], "root")
    host  = var.hosts["compute002"]
  }

  # Another address is another machine, and everything on it has to be configured anew.
  triggers_replace = [var.hosts["compute002"].address, var.hosts["compute002"].port]
}

resource "terraform_data" "node_compute002" {
  input = {
    group       = terraform_data.compute002.output.group
    address     = coalesce(terraform_data.compute002.output.host.peer_address, terraform_data.compute002.output.host.private_ip, terraform_data.compute002.output.host.address)
    private_ip  = terraform_data.compute002.output.host.private_ip
    public_ip   = terraform_data.compute002.output.host.address
    ssh_host    = terraform_data.compute002.output.host.address
    ssh_port    = terraform_data.compute002.output.host.port
    ssh_user    = coalesce(terraform_data.compute002.output.host.user, terraform_data.compute002.output.user)
    instance_id = terraform_data.compute002.id
    zone        = null
    host_key    = terraform_data.compute002.output.host.host_key
    volumes     = { for name, volume in var.nodes["compute002"].volumes : name => volume.mount if volume.mount != null }
  }
}
