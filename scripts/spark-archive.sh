#!/usr/bin/env bash
# Lays the package `pyspark` out like Apache's own archive of Spark: for tests, and for where no archive of Apache's can
# be had. Without the parts that need Hive, Kubernetes or machine learning, and without the examples' jar, which the
# package does not have.
#   scripts/spark-archive.sh [FILE]    prints FILE when it is there; the default is in the user's cache
# pip's own settings decide where the package comes from.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=3.5.8
recipe=$(sha256sum scripts/spark-archive.sh)
target=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/ectf/spark-$version-${recipe:0:12}.tgz}
# Who comes while it is being made waits for it.
mkdir -p "$(dirname "$target")"
exec {lock}>"$target.lock"
flock "$lock"
if [ -f "$target" ]; then
  echo "$target"
  exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Wheels of it there are none; its source is what Apache's build made.
.venv/bin/python -m pip --quiet --no-input --disable-pip-version-check download \
  --no-deps --no-binary pyspark --no-build-isolation --dest "$work" "pyspark==$version" >&2
tar --extract --gzip --directory "$work" --file "$work"/pyspark-*.tar.gz
package=$work/pyspark-$version
top=$work/spark-$version-bin-hadoop3
mkdir -p "$top/python" "$top/examples/src/main"
mv "$package"/deps/{bin,sbin,jars} "$top/"
mv "$package/deps/examples" "$top/examples/src/main/python"
mv "$package/lib" "$package/pyspark" "$top/python/"
rm -f "$top"/jars/{hive-*,kubernetes-*,datanucleus-*,derby-*,rocksdbjni-*,spark-{hive,kubernetes,mllib,graphx}*,breeze*,spire*,HikariCP*}.jar
rm -f "$top"/jars/{okhttp-*,okio-*,mesos-*,spark-mesos*,libthrift-*,arpack*,blas-*,lapack-*,parquet-jackson-*,algebra*}.jar
chmod 755 "$top"/bin/* "$top"/sbin/*

# The same package gives the same bytes.
tar --create --directory "$work" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
  "${top##*/}" | gzip --no-name --fast >"$target.new"
mv "$target.new" "$target"
echo "$target"
