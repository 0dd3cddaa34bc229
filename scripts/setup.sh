# shellcheck shell=bash
# What a fresh Debian 12 machine needs, and how it is installed. Sourced by ./dev.
# An entry "package=command" is satisfied by the command, wherever it comes from; a plain entry by the Debian package.

# valgrind: a header for the benchmark of single commands, and callgrind, which counts their instructions in a test.
build_packages="g++=g++ cmake=cmake ninja-build=ninja ccache=ccache lld=ld.lld pkgconf=pkg-config python3=/usr/bin/python3
  protobuf-compiler=protoc protobuf-compiler-grpc=grpc_cpp_plugin libprotobuf-dev libgrpc++-dev libabsl-dev libssl-dev
  librocksdb-dev prometheus-cpp-dev libspdlog-dev libcli11-dev nlohmann-json3-dev libutf8proc-dev libxxhash-dev libgtest-dev libgmock-dev libgoogle-perftools-dev
  valgrind=valgrind"

# promtool is in Debian's prometheus; its service is not used and may be disabled.
test_packages="python3-grpcio python3-protobuf prometheus=promtool npm=npm"

check_packages="clang=clang++ clang-format=clang-format clang-tidy=clang-tidy"

cover_packages="gcovr=gcovr"

# Only its programs are used: the benchmark makes a database of its own. Debian's service may be disabled.
bench_packages="postgresql=/usr/lib/postgresql/15/bin/pgbench"

is_present() {
  local package=${1%%=*} command=${1#*=}
  if [ "$package" != "$1" ]; then command -v "$command" >/dev/null 2>&1; return; fi
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ]
}

# apt_install PREFIX...: installs what stands in `missing`, with only errors shown.
apt_install() {
  "$@" apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# need PACKAGES...: installs what is missing; does nothing, quickly, when nothing is.
need() {
  local entry missing=()
  for entry in "$@"; do is_present "$entry" || missing+=("${entry%%=*}"); done
  [ ${#missing[@]} -gt 0 ] || return 0

  local by_hand="apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  command -v apt-get >/dev/null 2>&1 ||
    die "these Debian 12 packages are missing and there is no apt-get here: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || die "Debian packages are missing; run as root: $by_hand"
    as_root=(sudo)
  fi
  step "Refresh apt's package lists" "${as_root[@]}" apt-get update -qq </dev/null
  step "Install ${#missing[@]} missing Debian packages: ${missing[*]}" \
    apt_install "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
  for entry in "$@"; do
    is_present "$entry" || die "${entry%%=*} is still missing; run as root: $by_hand"
  done
}

# The pinned buf of package-lock.json.
need_buf() {
  need npm=npm
  if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    step "Install buf from npm, as pinned in package-lock.json" \
      npm ci --no-fund --no-audit --no-update-notifier --loglevel=error </dev/null
  fi
}
