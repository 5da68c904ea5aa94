# One block per node, stamped from the cloud's node.tf.j2.

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

resource "podman_volume" "compute003" {
  for_each = var.nodes["compute003"].volumes

  cluster    = var.cluster_name
  node       = "compute003"
  name       = each.key
  group      = var.nodes["compute003"].group
  size_gb    = each.value.size_gb
  on_destroy = each.value.on_destroy
  labels     = merge(var.labels, var.nodes["compute003"].labels, { ectf-volume = each.key })
}

resource "podman_node" "compute003" {
  cluster   = var.cluster_name
  name      = "compute003"
  group     = var.nodes["compute003"].group
  image     = podman_image.image[var.nodes["compute003"].image].name
  network   = podman_network.cluster.name
  cpus      = var.nodes["compute003"].cpus
  memory_gb = var.nodes["compute003"].memory_gb
  needs     = var.nodes["compute003"].needs

  capabilities = local.node_settings["compute003"].capabilities
  devices      = local.node_settings["compute003"].devices
  volumes = {
    for volume, wanted in var.nodes["compute003"].volumes :
    podman_volume.compute003[volume].id => coalesce(wanted.mount, "/mnt/${volume}")
  }

  ssh_user       = lookup(var.ssh_user, var.nodes["compute003"].image, null)
  ssh_public_key = var.ssh_public_key
  user_data      = lookup(var.user_data, "compute003", null)
  labels         = merge(var.labels, var.nodes["compute003"].labels)
}

resource "podman_volume" "extra001" {
  for_each = var.nodes["extra001"].volumes

  cluster    = var.cluster_name
  node       = "extra001"
  name       = each.key
  group      = var.nodes["extra001"].group
  size_gb    = each.value.size_gb
  on_destroy = each.value.on_destroy
  labels     = merge(var.labels, var.nodes["extra001"].labels, { ectf-volume = each.key })
}

resource "podman_node" "extra001" {
  cluster   = var.cluster_name
  name      = "extra001"
  group     = var.nodes["extra001"].group
  image     = podman_image.image[var.nodes["extra001"].image].name
  network   = podman_network.cluster.name
  cpus      = var.nodes["extra001"].cpus
  memory_gb = var.nodes["extra001"].memory_gb
  needs     = var.nodes["extra001"].needs

  capabilities = local.node_settings["extra001"].capabilities
  devices      = local.node_settings["extra001"].devices
  volumes = {
    for volume, wanted in var.nodes["extra001"].volumes :
    podman_volume.extra001[volume].id => coalesce(wanted.mount, "/mnt/${volume}")
  }

  ssh_user       = lookup(var.ssh_user, var.nodes["extra001"].image, null)
  ssh_public_key = var.ssh_public_key
  user_data      = lookup(var.user_data, "extra001", null)
  labels         = merge(var.labels, var.nodes["extra001"].labels)
}
