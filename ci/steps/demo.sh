#!/usr/bin/env bash
# The review of this repository's demo, in reviews/demo/.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec npx tsx ci/demo.ts
