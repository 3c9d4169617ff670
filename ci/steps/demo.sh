#!/usr/bin/env bash
# The review of this repository's demo, in reviews/demo/.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec node --require ./typescript.cjs ci/demo.ts
