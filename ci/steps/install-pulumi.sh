#!/usr/bin/env bash
# Installs the Pulumi CLI on Linux, once it is what this repository says it is, and puts it on the PATH of the steps that
# follow. The version and its checksums are those of pulumi.sha256 beside this: a checksum from where the archive comes
# from would only say that it arrived whole. For another version, put the two lines of its published checksums there, read
# over another line than the one that runners use.
#
#   PULUMI_RELEASES   a mirror of Pulumi's releases, where runners reach no other
#   PULUMI_BIN        where it goes; ~/.pulumi/bin unless given
set -euo pipefail
checksums="$(dirname "$0")/pulumi.sha256"
releases="${PULUMI_RELEASES:-https://get.pulumi.com/releases/sdk}"
bin="${PULUMI_BIN:-$HOME/.pulumi/bin}"
case "$(uname -sm)" in
  "Linux x86_64") platform=linux-x64 ;;
  "Linux aarch64") platform=linux-arm64 ;;
  *) echo "Nothing was installed: this step knows no Pulumi for $(uname -sm)." && exit 1 ;;
esac
# A line for each archive: its checksum and its name.
line="$(grep -E "^[0-9a-f]{64}  pulumi-v[0-9.]+-$platform\.tar\.gz\$" "$checksums" || true)"
if [ "$(printf '%s' "$line" | grep -c .)" != 1 ]; then
  echo "Nothing was installed: $checksums has not one checksum of Pulumi for $platform." && exit 1
fi
archive="${line##* }"
version="${archive#pulumi-v}"
version="${version%"-$platform.tar.gz"}"
if [ "${PULUMI_VERSION:-$version}" != "$version" ]; then
  echo "Nothing was installed: PULUMI_VERSION is $PULUMI_VERSION, and $checksums has the checksums of $version." && exit 1
fi
if [ -x "$bin/pulumi" ] && [ "$("$bin/pulumi" version)" = "v$version" ]; then
  echo "Pulumi $version is here."
else
  folder="$(mktemp -d)"
  trap 'rm -rf "$folder"' EXIT
  curl -fsSL --retry 3 -o "$folder/$archive" "$releases/$archive"
  if ! (cd "$folder" && printf '%s\n' "$line" | sha256sum --check --strict --status); then
    echo "Nothing was installed: $archive of $releases is not what its checksum in $checksums says." && exit 1
  fi
  tar -xzf "$folder/$archive" -C "$folder"
  rm -rf "$bin" && mkdir -p "$(dirname "$bin")" && mv "$folder/pulumi" "$bin"
  echo "Pulumi $version was installed."
fi
if [ -n "${GITHUB_PATH:-}" ]; then echo "$bin" >> "$GITHUB_PATH"; fi
