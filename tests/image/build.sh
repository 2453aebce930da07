#!/usr/bin/env bash
# Builds the image without a Docker engine and proves what it promises: it answers, its health check agrees, it runs as a
# numbered user without rights, and it does so on a read-only root. Needs root, buildah and debootstrap (Debian's packages of
# these names); not part of the test suite, because it downloads a Debian.
#
#   tests/image/build.sh [name-of-the-image]
set -euo pipefail
cd "$(dirname "$0")/../.."

image=${1:-condemu}
base=docker.io/library/python:3.13-slim
suite=trixie # its Python is 3.13
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
work=$(mktemp -d)
server=
root=
container=

cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  for place in tmp proc ''; do
    [ -z "$root" ] || umount --lazy "$root/$place" 2>/dev/null || true
  done
  [ -z "$container" ] || buildah rm "$container" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

say() { printf '== %s\n' "$*"; }

if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
  say "no $base here: make one from Debian $suite"
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$suite" "$work/base" >"$work/debootstrap.log" ||
    { tail -20 "$work/debootstrap.log"; exit 1; }
  scratch=$(buildah from scratch)
  buildah add --quiet "$scratch" "$work/base" / >/dev/null
  buildah commit --quiet --rm "$scratch" "$base" >/dev/null
  rm -rf "$work/base"
fi

say "build"
build_options=(--isolation chroot --pull=never --format docker --tag "$image" --file Dockerfile)
# A network with a package index or a certificate of its own: as this machine's pip is told, so is the image's.
[ -z "${PIP_INDEX_URL:-}" ] || build_options+=(--build-arg "PIP_INDEX_URL=$PIP_INDEX_URL")
[ -z "${PIP_CERT:-}" ] || build_options+=(--volume "$PIP_CERT:/run/index.crt:ro" --build-arg PIP_CERT=/run/index.crt)
buildah build "${build_options[@]}" . >"$work/build.log" 2>&1 || { tail -30 "$work/build.log"; exit 1; }

say "what the image says of itself"
inspect() { buildah inspect --type image --format "$1" "$image"; }
[ "$(inspect '{{.Docker.Config.User}}')" = 10001:10001 ] || { echo "the image runs as somebody else"; exit 1; }
inspect '{{.Docker.Config.Healthcheck.Test}}' | grep -q 'condemu health' || { echo "no health check"; exit 1; }

say "run it: read-only root, user 10001, only /tmp writable"
container=$(buildah from --pull=never "$image")
mounted=$(buildah mount "$container")
root="$work/root"
mkdir "$root"
mount --bind "$mounted" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
inside() { # replaces the shell that it runs in: call it in one of its own
  exec chroot --userspec=10001:10001 --groups=10001 "$root" /usr/bin/env -i \
    PATH=/opt/condemu/bin:/usr/local/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 CONDEMU_HOST=0.0.0.0 \
    CONDEMU_PORT="$port" CONDEMU_AUTH=off HOME=/tmp sh -c 'cd /tmp && exec "$@"' sh "$@"
}
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])')
if (inside touch /opt/condemu/written) 2>/dev/null; then echo "the root is writable"; exit 1; fi
[ "$(inside id -u)" = 10001 ] || { echo "not the user"; exit 1; }
inside condemu serve >"$work/out" 2>&1 &
server=$!
for _ in $(seq 100); do
  grep -q '^Ready\.$' "$work/out" && break
  sleep 0.1
done
cat "$work/out"
grep -q '^Ready\.$' "$work/out"

say "health check, a small body, one that goes to disk, and a refusal"
(inside condemu health)
url=http://127.0.0.1:$port
somebody='Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'
status() { curl -s -o /dev/null -w '%{http_code}' -H "$somebody" "$@"; }
head -c 80000000 /dev/zero >"$work/large"
[ "$(status -X PUT "$url/bucket")" = 200 ]
[ "$(status -X PUT -d small "$url/bucket/small")" = 200 ]
[ "$(status -X PUT -H 'If-None-Match: *' -d small "$url/bucket/small")" = 412 ]
[ "$(status -T "$work/large" "$url/bucket/large")" = 200 ]
curl -s -H "$somebody" "$url/bucket/large" | cmp - "$work/large"

say "it stops when told to"
kill -TERM "$server"
wait "$server"
server=
[ "$(status "$url/bucket/small")" = 000 ] || { echo "it still answers"; exit 1; }
say "size: $(du -sm "$mounted/opt/condemu" | cut -f1) MiB on top of the base"
say "all proven"
