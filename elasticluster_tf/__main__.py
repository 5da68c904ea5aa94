"""`python -m elasticluster_tf` is `ectf`."""

from elasticluster_tf.cli import main

main()
