#!/usr/bin/env bash
# Applies STACK. Where reviews/change/ has a review, the update is held to it: it takes the inventory that was reviewed, and
# stops where AWS or the firewall has moved on, unless FOLLOW is true.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${STACK:?says what to apply: Pulumi.STACK.yaml}"

export PULUMI_SKIP_CHECKPOINTS=true
if [ -f reviews/change/review.json ]; then
  export AWS_PANOS_REVIEWED="$PWD/reviews/change" AWS_PANOS_REVIEWED_FOLLOW="${FOLLOW:-false}"
  echo "Held to the review in reviews/change/."
elif [ "${REQUIRE_REVIEW:-false}" = true ]; then
  echo "Nothing was applied: REQUIRE_REVIEW is true, and there is no review of this change."
  exit 1
else
  echo "There is no review to hold this to."
fi
# shellcheck disable=SC2086 # may be a command with arguments
exec ${PULUMI:-pulumi} up --stack "$STACK" --refresh --yes --skip-preview --continue-on-error --parallel 100 --non-interactive
