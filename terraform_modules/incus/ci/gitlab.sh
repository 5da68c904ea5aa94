# Sign in to Incus: INCUS_REMOTE names the remote; INCUS_SERVER_CERTIFICATE, INCUS_CLIENT_CERTIFICATE and
# INCUS_CLIENT_KEY are variables of type file.
export INCUS_CONF="$CI_BUILDS_DIR/.incus"
mkdir -p "$INCUS_CONF/servercerts"
cp "$INCUS_SERVER_CERTIFICATE" "$INCUS_CONF/servercerts/$INCUS_REMOTE.crt"
cp "$INCUS_CLIENT_CERTIFICATE" "$INCUS_CONF/client.crt"
cp "$INCUS_CLIENT_KEY" "$INCUS_CONF/client.key"
chmod -R go= "$INCUS_CONF"
unset INCUS_REMOTE
