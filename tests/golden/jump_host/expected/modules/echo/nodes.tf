# One block per node, stamped from the cloud's node.tf.j2.

resource "terraform_data" "login001" {
  input = {
    node     = var.nodes["login001"]
    note     = var.note
    settings = lookup(var.node_settings, "login001", null)
    labels   = var.labels
    user     = try(var.ssh_user[var.nodes["login001"].image], "root")
    key      = var.ssh_public_key
  }
  triggers_replace = [var.nodes["login001"].image]

  provisioner "local-exec" {
    command = contains(var.fails, "login001") ? "echo no room; exit 1" : "true"
  }
}

resource "terraform_data" "node_login001" {
  input = {
    group       = terraform_data.login001.output.node.group
    address     = "192.0.2.${var.nodes["login001"].index}"
    private_ip  = "192.0.2.${var.nodes["login001"].index}"
    public_ip   = null
    ssh_host    = "192.0.2.${var.nodes["login001"].index}"
    ssh_port    = 22
    ssh_user    = terraform_data.login001.output.user
    instance_id = terraform_data.login001.id
    zone        = null
    host_key    = null
    volumes     = { for name, volume in var.nodes["login001"].volumes : name => "/dev/${name}" }
  }
}

resource "terraform_data" "compute001" {
  input = {
    node     = var.nodes["compute001"]
    note     = var.note
    settings = lookup(var.node_settings, "compute001", null)
    labels   = var.labels
    user     = try(var.ssh_user[var.nodes["compute001"].image], "root")
    key      = var.ssh_public_key
  }
  triggers_replace = [var.nodes["compute001"].image]

  provisioner "local-exec" {
    command = contains(var.fails, "compute001") ? "echo no room; exit 1" : "true"
  }
}

resource "terraform_data" "node_compute001" {
  input = {
    group       = terraform_data.compute001.output.node.group
    address     = "192.0.2.${var.nodes["compute001"].index}"
    private_ip  = "192.0.2.${var.nodes["compute001"].index}"
    public_ip   = null
    ssh_host    = "192.0.2.${var.nodes["compute001"].index}"
    ssh_port    = 22
    ssh_user    = terraform_data.compute001.output.user
    instance_id = terraform_data.compute001.id
    zone        = null
    host_key    = null
    volumes     = { for name, volume in var.nodes["compute001"].volumes : name => "/dev/${name}" }
  }
}

resource "terraform_data" "compute002" {
  input = {
    node     = var.nodes["compute002"]
    note     = var.note
    settings = lookup(var.node_settings, "compute002", null)
    labels   = var.labels
    user     = try(var.ssh_user[var.nodes["compute002"].image], "root")
    key      = var.ssh_public_key
  }
  triggers_replace = [var.nodes["compute002"].image]

  provisioner "local-exec" {
    command = contains(var.fails, "compute002") ? "echo no room; exit 1" : "true"
  }
}

resource "terraform_data" "node_compute002" {
  input = {
    group       = terraform_data.compute002.output.node.group
    address     = "192.0.2.${var.nodes["compute002"].index}"
    private_ip  = "192.0.2.${var.nodes["compute002"].index}"
    public_ip   = null
    ssh_host    = "192.0.2.${var.nodes["compute002"].index}"
    ssh_port    = 22
    ssh_user    = terraform_data.compute002.output.user
    instance_id = terraform_data.compute002.id
    zone        = null
    host_key    = null
    volumes     = { for name, volume in var.nodes["compute002"].volumes : name => "/dev/${name}" }
  }
}
