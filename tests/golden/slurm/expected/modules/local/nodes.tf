# One block per node, stamped from the cloud's node.tf.j2.

resource "podman_volume" "frontend001" {
  for_each = var.nodes["frontend001"].volumes

  cluster    = var.cluster_name
  node       = "frontend001"
  name       = each.key
  group      = var.nodes["frontend001"].group
  size_gb    = each.value.size_gb
  on_destroy = each.value.on_destroy
  labels     = merge(var.labels, var.nodes["frontend001"].labels, { ectf-volume = each.key })
}

resource "podman_node" "frontend001" {
  cluster   = var.cluster_name
  name      = "frontend001"
  group     = var.nodes["frontend001"].group
  image     = podman_image.image[var.nodes["frontend001"].image].name
  network   = podman_network.cluster.name
  cpus      = var.nodes["frontend001"].cpus
  memory_gb = var.nodes["frontend001"].memory_gb
  needs     = var.nodes["frontend001"].needs

  capabilities = local.node_settings["frontend001"].capabilities
  devices      = local.node_settings["frontend001"].devices
  volumes = {
    for volume, wanted in var.nodes["frontend001"].volumes :
    podman_volume.frontend001[volume].id => coalesce(wanted.mount, "/mnt/${volume}")
  }

  ssh_user       = lookup(var.ssh_user, var.nodes["frontend001"].image, null)
  ssh_public_key = var.ssh_public_key
  user_data      = lookup(var.user_data, "frontend001", null)
  labels         = merge(var.labels, var.nodes["frontend001"].labels)
}

resource "podman_volume" "compute001" {
  for_each = var.nodes["compute001"].volumes

  cluster    = var.cluster_name
  node       = "compute001"
  name       = each.key
  group      = var.nodes["compute001"].group
  size_gb    = each.value.size_gb
  on_destroy = each.value.on_destroy
  labels     = merge(var.labels, var.nodes["compute001"].labels, { ectf-volume = each.key })
}

resource "podman_node" "compute001" {
  cluster   = var.cluster_name
  name      = "compute001"
  group     = var.nodes["compute001"].group
  image     = podman_image.image[var.nodes["compute001"].image].name
  network   = podman_network.cluster.name
  cpus      = var.nodes["compute001"].cpus
  memory_gb = var.nodes["compute001"].memory_gb
  needs     = var.nodes["compute001"].needs

  capabilities = local.node_settings["compute001"].capabilities
  devices      = local.node_settings["compute001"].devices
  volumes = {
    for volume, wanted in var.nodes["compute001"].volumes :
    podman_volume.compute001[volume].id => coalesce(wanted.mount, "/mnt/${volume}")
  }

  ssh_user       = lookup(var.ssh_user, var.nodes["compute001"].image, null)
  ssh_public_key = var.ssh_public_key
  user_data      = lookup(var.user_data, "compute001", null)
  labels         = merge(var.labels, var.nodes["compute001"].labels)
}

resource "podman_volume" "compute002" {
  for_each = var.nodes["compute002"].volumes

  cluster    = var.cluster_name
  node       = "compute002"
  name       = each.key
  group      = var.nodes["compute002"].group
  size_gb    = each.value.size_gb
  on_destroy = each.value.on_destroy
  labels     = merge(var.labels, var.nodes["compute002"].labels, { ectf-volume = each.key })
}

resource "podman_node" "compute002" {
  cluster   = var.cluster_name
  name      = "compute002"
  group     = var.nodes["compute002"].group
  image     = podman_image.image[var.nodes["compute002"].image].name
  network   = podman_network.cluster.name
  cpus      = var.nodes["compute002"].cpus
  memory_gb = var.nodes["compute002"].memory_gb
  needs     = var.nodes["compute002"].needs

  capabilities = local.node_settings["compute002"].capabilities
  devices      = local.node_settings["compute002"].devices
  volumes = {
    for volume, wanted in var.nodes["compute002"].volumes :
    podman_volume.compute002[volume].id => coalesce(wanted.mount, "/mnt/${volume}")
  }

  ssh_user       = lookup(var.ssh_user, var.nodes["compute002"].image, null)
  ssh_public_key = var.ssh_public_key
  user_data      = lookup(var.user_data, "compute002", null)
  labels         = merge(var.labels, var.nodes["compute002"].labels)
}

resource "podman_volume" "big001" {
  for_each = var.nodes["big001"].volumes

  cluster    = var.cluster_name
  node       = "big001"
  name       = each.key
  group      = var.nodes["big001"].group
  size_gb    = each.value.size_gb
  on_destroy = each.value.on_destroy
  labels     = merge(var.labels, var.nodes["big001"].labels, { ectf-volume = each.key })
}

resource "podman_node" "big001" {
  cluster   = var.cluster_name
  name      = "big001"
  group     = var.nodes["big001"].group
  image     = podman_image.image[var.nodes["big001"].image].name
  network   = podman_network.cluster.name
  cpus      = var.nodes["big001"].cpus
  memory_gb = var.nodes["big001"].memory_gb
  needs     = var.nodes["big001"].needs

  capabilities = local.node_settings["big001"].capabilities
  devices      = local.node_settings["big001"].devices
  volumes = {
    for volume, wanted in var.nodes["big001"].volumes :
    podman_volume.big001[volume].id => coalesce(wanted.mount, "/mnt/${volume}")
  }

  ssh_user       = lookup(var.ssh_user, var.nodes["big001"].image, null)
  ssh_public_key = var.ssh_public_key
  user_data      = lookup(var.user_data, "big001", null)
  labels         = merge(var.labels, var.nodes["big001"].labels)
}
