#!/usr/bin/env bash
# Finds the snapshots that the last apply of BRANCH published. On GitHub the run that has them is `run-id` in
# GITHUB_OUTPUT; on GitLab they come to reviews/snapshots/.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${BRANCH:?the branch that is applied}"
exec node --require ./typescript.cjs ci/approved.ts snapshots "$BRANCH" reviews/snapshots
