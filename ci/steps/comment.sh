#!/usr/bin/env bash
# Puts reviews/change/review.md on the pull request or merge request, in place of the one before.
set -euo pipefail
steps="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=ci/steps/foreign-text.sh
. "$steps/foreign-text.sh"
: "${STACK:?says whose review it is}"
node --require "$steps/../../typescript.cjs" "$steps/../comment.ts" "$STACK" reviews/change
