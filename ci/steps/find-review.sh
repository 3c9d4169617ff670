#!/usr/bin/env bash
# Finds the review of the pull request that became the commit SHA. On GitHub the run and artifact that have it are `run-id`
# and `artifact-id` in GITHUB_OUTPUT; on GitLab its files come to reviews/change/.
set -euo pipefail
steps="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=ci/steps/foreign-text.sh
. "$steps/foreign-text.sh"
: "${SHA:?the commit}"
node --require "$steps/../../typescript.cjs" "$steps/../approved.ts" review "$SHA" reviews/change
