# One block per node, stamped from the cloud's node.tf.j2.

resource "podman_volume" "node001" {
  for_each = var.nodes["node001"].volumes

  cluster    = var.cluster_name
  node       = "node001"
  name       = each.key
  group      = var.nodes["node001"].group
  size_gb    = each.value.size_gb
  on_destroy = each.value.on_destroy
  labels     = merge(var.labels, var.nodes["node001"].labels, { ectf-volume = each.key })
}

resource "podman_node" "node001" {
  cluster   = var.cluster_name
  name      = "node001"
  group     = var.nodes["node001"].group
  image     = podman_image.image[var.nodes["node001"].image].name
  network   = podman_network.cluster.name
  cpus      = var.nodes["node001"].cpus
  memory_gb = var.nodes["node001"].memory_gb
  needs     = var.nodes["node001"].needs

  capabilities = local.node_settings["node001"].capabilities
  devices      = local.node_settings["node001"].devices
  volumes = {
    for volume, wanted in var.nodes["node001"].volumes :
    podman_volume.node001[volume].id => coalesce(wanted.mount, "/mnt/${volume}")
  }

  ssh_user       = lookup(var.ssh_user, var.nodes["node001"].image, null)
  ssh_public_key = var.ssh_public_key
  user_data      = lookup(var.user_data, "node001", null)
  labels         = merge(var.labels, var.nodes["node001"].labels)
}
