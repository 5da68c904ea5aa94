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

resource "terraform_data" "compute002" {
  input = {
    group = var.nodes["compute002"].group
    user  = try(var.ssh_user[var.nodes["compute002"].image], "root")
    host  = var.hosts["compute002"]
  }

  # Another address is another machine, and everything on it has to be configured anew.
  triggers_replace = [var.hosts["compute002"].address, var.hosts["compute002"].port]
}
