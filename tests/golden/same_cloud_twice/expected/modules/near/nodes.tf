# One block per node, stamped from the cloud's node.tf.j2.

resource "podman_volume" "here001" {
  for_each = var.nodes["here001"].volumes

  cluster    = var.cluster_name
  node       = "here001"
  name       = each.key
  group      = var.nodes["here001"].group
  size_gb    = each.value.size_gb
  on_destroy = each.value.on_destroy
  labels     = merge(var.labels, var.nodes["here001"].labels, { ectf-volume = each.key })
}

resource "podman_node" "here001" {
  cluster   = var.cluster_name
  name      = "here001"
  group     = var.nodes["here001"].group
  image     = podman_image.image[var.nodes["here001"].image].name
  network   = podman_network.cluster.name
  cpus      = var.nodes["here001"].cpus
  memory_gb = var.nodes["here001"].memory_gb
  needs     = var.nodes["here001"].needs

  capabilities = local.node_settings["here001"].capabilities
  devices      = local.node_settings["here001"].devices
  volumes = {
    for volume, wanted in var.nodes["here001"].volumes :
    podman_volume.here001[volume].id => coalesce(wanted.mount, "/mnt/${volume}")
  }

  ssh_user       = lookup(var.ssh_user, var.nodes["here001"].image, null)
  ssh_public_key = var.ssh_public_key
  user_data      = lookup(var.user_data, "here001", null)
  labels         = merge(var.labels, var.nodes["here001"].labels)
}
