#!/usr/bin/env bash
# The review of this repository's demo, in reviews/demo/.
set -euo pipefail
steps="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=ci/steps/foreign-text.sh
. "$steps/foreign-text.sh"
node --require "$steps/../../typescript.cjs" "$steps/../demo.ts"
