#!/usr/bin/env bash
# Installs the Pulumi CLI that this program is tested with, and puts it on the PATH of the steps that follow.
set -euo pipefail
version="${PULUMI_VERSION:-3.259.0}"
if [ -x "$HOME/.pulumi/bin/pulumi" ] && [ "$("$HOME/.pulumi/bin/pulumi" version)" = "v$version" ]; then
  echo "Pulumi $version is here."
else
  curl -fsSL https://get.pulumi.com | sh -s -- --version "$version"
fi
if [ -n "${GITHUB_PATH:-}" ]; then echo "$HOME/.pulumi/bin" >> "$GITHUB_PATH"; fi
