#!/usr/bin/env bash
# Assembles a Hadoop archive from Maven's artefacts, laid out like Apache's own: for tests, and for where no archive of
# Apache's can be had. No native library, no shell scripts but the four small commands in bin/.
#   scripts/hadoop-archive.sh [FILE]    prints FILE when it is there; the default is in the user's cache
# Maven's own settings decide where artefacts come from (settings.xml; Maven Central without any).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=3.4.2
recipe=$(sha256sum scripts/hadoop-archive.sh)
target=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/ectf/hadoop-$version-${recipe:0:12}.tar.gz}
# Who comes while it is being made waits for it.
mkdir -p "$(dirname "$target")"
exec {lock}>"$target.lock"
flock "$lock"
if [ -f "$target" ]; then
  echo "$target"
  exit
fi
command -v mvn >/dev/null || { echo "hadoop-archive: Maven is missing (Debian's package: maven)" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The timeline service is asked for by the resource manager without being one of its dependencies.
artefacts=(
  hadoop-common hadoop-hdfs hadoop-hdfs-client hadoop-distcp
  hadoop-yarn-client hadoop-yarn-server-nodemanager hadoop-yarn-server-resourcemanager
  hadoop-yarn-server-timelineservice hadoop-yarn-server-web-proxy
  hadoop-mapreduce-client-app hadoop-mapreduce-client-hs hadoop-mapreduce-client-jobclient
  hadoop-mapreduce-client-shuffle hadoop-mapreduce-examples
)

maven=(mvn --quiet --batch-mode --strict-checksums)
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
{
  cat <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>ectf</groupId><artifactId>archive</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
POM
  for artefact in "${artefacts[@]}"; do
    echo "    <dependency><groupId>org.apache.hadoop</groupId><artifactId>$artefact</artifactId><version>$version</version></dependency>"
  done
  printf '  </dependencies>\n</project>\n'
} >"$work/pom.xml"
# The artefacts with all that they need.
"${maven[@]}" --file "$work/pom.xml" "$plugin:copy-dependencies" \
  -DincludeScope=runtime -DoutputDirectory="$work/lib" >&2
# This jar alone has HDFS's web pages, without which no namenode starts.
"${maven[@]}" "$plugin:copy" -Dartifact="org.apache.hadoop:hadoop-client-minicluster:$version" \
  -DoutputDirectory="$work/pages" >&2
python3 - "$work" "$work/pages/hadoop-client-minicluster-$version.jar" <<'PY'
import sys
import zipfile

work, jar = sys.argv[1:]
wanted = tuple(f"webapps/{name}/" for name in ("datanode", "hdfs", "journal", "nfs3", "secondary", "static"))
with zipfile.ZipFile(jar) as archive:
    archive.extractall(work, [name for name in archive.namelist() if name.startswith(wanted)])
PY

top=$work/hadoop-$version
share=$top/share/hadoop
mkdir -p "$share"/{common/lib,hdfs,mapreduce,yarn} "$top/bin"
mv "$work/webapps" "$share/hdfs/"
# Other systems' native parts, and a driver for a database that nothing here uses.
rm -f "$work"/lib/{netty-*-{osx,windows,linux-riscv64}*,mssql-jdbc-*}.jar
mv "$work"/lib/hadoop-mapreduce-*.jar "$work"/lib/hadoop-distcp-*.jar "$share/mapreduce/"
mv "$work"/lib/hadoop-yarn-*.jar "$work"/lib/hadoop-registry-*.jar "$share/yarn/"
mv "$work"/lib/hadoop-hdfs*.jar "$share/hdfs/"
mv "$work/lib/hadoop-common-$version.jar" "$share/common/"
mv "$work"/lib/*.jar "$share/common/lib/"

cat >"$top/bin/hadoop" <<'COMMAND'
#!/bin/sh
# The commands of Hadoop's own scripts that clients and administrators need most; linked as hdfs, yarn and mapred.
home=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
command=${1:-help}
[ $# -eq 0 ] || shift
hdfs=org.apache.hadoop.hdfs yarn=org.apache.hadoop.yarn.client.cli mapred=org.apache.hadoop.mapred
case $(basename -- "$0")/$command in
  hadoop/fs | hdfs/dfs) class=org.apache.hadoop.fs.FsShell ;;
  hadoop/jar | yarn/jar) class=org.apache.hadoop.util.RunJar ;;
  hadoop/distcp) class=org.apache.hadoop.tools.DistCp ;;
  */version) class=org.apache.hadoop.util.VersionInfo ;;
  hdfs/namenode) class=$hdfs.server.namenode.NameNode ;;
  hdfs/dfsadmin) class=$hdfs.tools.DFSAdmin ;;
  hdfs/fsck) class=$hdfs.tools.DFSck ;;
  hdfs/getconf) class=$hdfs.tools.GetConf ;;
  hdfs/balancer) class=$hdfs.server.balancer.Balancer ;;
  yarn/rmadmin) class=$yarn.RMAdminCLI ;;
  yarn/application | yarn/app) class=$yarn.ApplicationCLI; set -- application "$@" ;;
  yarn/node) class=$yarn.NodeCLI ;;
  yarn/logs) class=$yarn.LogsCLI ;;
  yarn/queue) class=$yarn.QueueCLI ;;
  yarn/cluster) class=$yarn.ClusterCLI ;;
  mapred/job) class=$mapred.JobClient ;;
  mapred/queue) class=$mapred.JobQueueClient ;;
  *) echo "$(basename -- "$0"): there is no command $command in this assembled Hadoop" >&2; exit 1 ;;
esac
s=$home/share/hadoop
path=${HADOOP_CONF_DIR:-/etc/hadoop}:$s/common/lib/*:$s/common/*:$s/hdfs:$s/hdfs/*:$s/mapreduce/*:$s/yarn/*
# Commands are short: compiling well costs more than it brings.
# shellcheck disable=SC2086 # options are words
exec "${JAVA_HOME:-/usr}/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.net.preferIPv4Stack=true \
  --add-opens=java.base/java.lang=ALL-UNNAMED -Dhadoop.home.dir="$home" ${HADOOP_CLIENT_OPTS:-} \
  -cp "$path${HADOOP_CLASSPATH:+:$HADOOP_CLASSPATH}" "$class" "$@"
COMMAND
chmod 755 "$top/bin/hadoop"
for name in hdfs yarn mapred; do ln "$top/bin/hadoop" "$top/bin/$name"; done

# The same artefacts give the same bytes.
tar --create --directory "$work" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
  "hadoop-$version" | gzip --no-name --fast >"$target.new"
mv "$target.new" "$target"
echo "$target"
