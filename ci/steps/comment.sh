#!/usr/bin/env bash
# Puts reviews/change/review.md on the pull request or merge request, in place of the one before.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=ci/steps/foreign-text.sh
. ci/steps/foreign-text.sh
: "${STACK:?says whose review it is}"
node --require ./typescript.cjs ci/comment.ts "$STACK" reviews/change
