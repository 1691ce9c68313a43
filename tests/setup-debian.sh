#!/bin/sh
# Install the Debian packages that are named and missing. Needs root or sudo only where something is missing.
set -eu

missing=""
for package in "$@" $(python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv); do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true 2>/dev/null; then
        as_root="sudo"
    else
        echo "Debian packages are missing, and you are not root:$missing" >&2
        echo "Install them, then call make again:  sudo apt-get install$missing" >&2
        exit 1
    fi
fi

echo "Installing Debian packages:$missing"
# slapd is wanted as a program: without a configuration of its own, no server starts at installation or at boot.
echo "slapd slapd/no_configuration boolean true" | $as_root debconf-set-selections
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
