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
