#!/usr/bin/env bash
# Finds the snapshots that the last apply of BRANCH published. On GitHub the run and artifact that have them are `run-id`
# and `artifact-id` in GITHUB_OUTPUT; on GitLab they come to reviews/snapshots/.
set -euo pipefail
steps="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=ci/steps/foreign-text.sh
. "$steps/foreign-text.sh"
: "${BRANCH:?the branch that is applied}"
node --require "$steps/../../typescript.cjs" "$steps/../approved.ts" snapshots "$BRANCH" reviews/snapshots
