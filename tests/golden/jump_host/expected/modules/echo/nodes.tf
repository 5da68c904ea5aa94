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
