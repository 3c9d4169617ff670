#!/usr/bin/env bash
# Finds the review of the pull request that became the commit SHA. On GitHub the run that has it is `run-id` in
# GITHUB_OUTPUT; on GitLab its files come to reviews/change/.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${SHA:?the commit}"
exec node --require ./typescript.cjs ci/approved.ts review "$SHA" reviews/change
