#!/usr/bin/env bash
# Looks for drift of STACK and keeps one open issue about it; reviews/drift/ has the result. Exit code 2 where there is some.
set -euo pipefail
steps="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=ci/steps/foreign-text.sh
. "$steps/foreign-text.sh"
: "${STACK:?says whose: Pulumi.STACK.yaml}"

status=0
node "$steps/../../commands/aws-panos.cjs" drift --stack "$STACK" --out reviews/drift || status=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f reviews/drift/drift.md ]; then cat reviews/drift/drift.md >> "$GITHUB_STEP_SUMMARY"; fi
case "$status" in
  0) node --require "$steps/../../typescript.cjs" "$steps/../issue.ts" "$STACK" reviews/drift/drift.md none ;;
  2) node --require "$steps/../../typescript.cjs" "$steps/../issue.ts" "$STACK" reviews/drift/drift.md drift ;;
esac
exit "$status"
