#!/usr/bin/env bash
# Looks for drift of STACK and keeps one open issue about it; reviews/drift/ has the result. Exit code 2 where there is some.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=ci/steps/foreign-text.sh
. ci/steps/foreign-text.sh
: "${STACK:?says whose: Pulumi.STACK.yaml}"

status=0
npm run --silent drift -- --stack "$STACK" --out reviews/drift || status=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f reviews/drift/drift.md ]; then cat reviews/drift/drift.md >> "$GITHUB_STEP_SUMMARY"; fi
case "$status" in
  0) node --require ./typescript.cjs ci/issue.ts "$STACK" reviews/drift/drift.md none ;;
  2) node --require ./typescript.cjs ci/issue.ts "$STACK" reviews/drift/drift.md drift ;;
esac
exit "$status"
