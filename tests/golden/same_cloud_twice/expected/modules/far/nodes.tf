# One block per node, stamped from the cloud's node.tf.j2.

resource "podman_volume" "there001" {
  for_each = var.nodes["there001"].volumes

  cluster    = var.cluster_name
  node       = "there001"
  name       = each.key
  group      = var.nodes["there001"].group
  size_gb    = each.value.size_gb
  on_destroy = each.value.on_destroy
  labels     = merge(var.labels, var.nodes["there001"].labels, { ectf-volume = each.key })
}

resource "podman_node" "there001" {
  cluster   = var.cluster_name
  name      = "there001"
  group     = var.nodes["there001"].group
  image     = podman_image.image[var.nodes["there001"].image].name
  network   = podman_network.cluster.name
  cpus      = var.nodes["there001"].cpus
  memory_gb = var.nodes["there001"].memory_gb
  needs     = var.nodes["there001"].needs

  capabilities = local.node_settings["there001"].capabilities
  devices      = local.node_settings["there001"].devices
  volumes = {
    for volume, wanted in var.nodes["there001"].volumes :
    podman_volume.there001[volume].id => coalesce(wanted.mount, "/mnt/${volume}")
  }

  ssh_user       = lookup(var.ssh_user, var.nodes["there001"].image, null)
  ssh_public_key = var.ssh_public_key
  user_data      = lookup(var.user_data, "there001", null)
  labels         = merge(var.labels, var.nodes["there001"].labels)
}
