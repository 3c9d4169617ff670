#!/usr/bin/env bash
# The review of this repository's demo, in reviews/demo/.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=ci/steps/foreign-text.sh
. ci/steps/foreign-text.sh
node --require ./typescript.cjs ci/demo.ts
