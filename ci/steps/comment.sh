#!/usr/bin/env bash
# Puts reviews/change/review.md on the pull request or merge request, in place of the one before.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${STACK:?says whose review it is}"
exec node --require ./typescript.cjs ci/comment.ts "$STACK" reviews/change
