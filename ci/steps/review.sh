#!/usr/bin/env bash
# Reviews what an update of STACK would do now; reviews/change/ has the result, and the exit code is the review's: 2 where a
# guardrail or a limit is hit. Where the firewall or AWS can't be asked (no key, no role, a fork), the snapshots of
# the last apply take their place, if they are in reviews/snapshots/.
set -euo pipefail
steps="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=ci/steps/foreign-text.sh
. "$steps/foreign-text.sh"
: "${STACK:?says whose settings count: Pulumi.STACK.yaml}"

flags=(--stack "$STACK" --out reviews/change)
has_key() { [ -n "${PANOS_API_KEY:-}${PANOS_PASSWORD:-}${PANOS_API_KEY_SECRET:-}" ]; }
if ! has_key || [ "${REVIEW_FROM:-}" = snapshots ]; then
  if [ ! -f reviews/snapshots/rulebase.json ]; then
    echo "Skipped: there is no key to ask the firewall with, and no snapshot of its rulebase from an apply."
    exit 0
  fi
  flags+=(--rulebase reviews/snapshots/rulebase.json)
fi
if [ -z "${AWS_ROLE_GIVEN:-}" ] && [ -f reviews/snapshots/inventory.json ]; then
  flags+=(--inventory reviews/snapshots/inventory.json)
fi
status=0
node "$steps/../../commands/aws-panos.cjs" review "${flags[@]}" || status=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f reviews/change/review.md ]; then cat reviews/change/review.md >> "$GITHUB_STEP_SUMMARY"; fi
exit "$status"
