#!/usr/bin/env bash
# Installs the Pulumi CLI that this program is tested with, on Linux, once it is what its published checksum says, and puts
# it on the PATH of the steps that follow. PULUMI_RELEASES names a mirror of Pulumi's releases, where runners reach no other.
set -euo pipefail
version="${PULUMI_VERSION:-3.259.0}"
releases="${PULUMI_RELEASES:-https://get.pulumi.com/releases/sdk}"
bin="$HOME/.pulumi/bin"
if [ -x "$bin/pulumi" ] && [ "$("$bin/pulumi" version)" = "v$version" ]; then
  echo "Pulumi $version is here."
else
  case "$(uname -sm)" in
    "Linux x86_64") archive="pulumi-v$version-linux-x64.tar.gz" ;;
    "Linux aarch64") archive="pulumi-v$version-linux-arm64.tar.gz" ;;
    *) echo "Nothing was installed: this step knows no Pulumi for $(uname -sm)." && exit 1 ;;
  esac
  folder="$(mktemp -d)"
  trap 'rm -rf "$folder"' EXIT
  curl -fsSL --retry 3 -o "$folder/$archive" "$releases/$archive"
  # A line for each archive: its checksum and its name.
  curl -fsSL --retry 3 -o "$folder/checksums" "$releases/pulumi-$version-checksums.txt"
  if ! (cd "$folder" && grep " $archive\$" checksums | sha256sum --check --strict --status); then
    echo "Nothing was installed: $archive of $releases is not what its checksum says, or has none." && exit 1
  fi
  tar -xzf "$folder/$archive" -C "$folder"
  rm -rf "$bin" && mkdir -p "$HOME/.pulumi" && mv "$folder/pulumi" "$bin"
  echo "Pulumi $version was installed."
fi
if [ -n "${GITHUB_PATH:-}" ]; then echo "$bin" >> "$GITHUB_PATH"; fi
