#!/usr/bin/env bash
# Applies STACK. Where reviews/change/ has a review, the update is held to it: it takes the inventory that was reviewed, and
# stops where AWS or the firewall has moved on, unless FOLLOW is true. Without one it stops, unless REQUIRE_REVIEW is false.
set -euo pipefail
steps="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=ci/steps/foreign-text.sh
. "$steps/foreign-text.sh"
: "${STACK:?says what to apply: Pulumi.STACK.yaml}"

export PULUMI_SKIP_CHECKPOINTS=true
if [ -f reviews/change/review.json ]; then
  export AWS_PANOS_REVIEWED="$PWD/reviews/change" AWS_PANOS_REVIEWED_FOLLOW="${FOLLOW:-false}"
  echo "Held to the review in reviews/change/."
elif [ "${REQUIRE_REVIEW:-true}" != false ]; then
  echo "Nothing was applied: there is no review of this change that counts. Review it by a pull request, or set REQUIRE_REVIEW to false."
  exit 1
else
  echo "REQUIRE_REVIEW is false: there is no review to hold this to."
fi
# shellcheck disable=SC2086 # may be a command with arguments
${PULUMI:-pulumi} up --stack "$STACK" --refresh --yes --skip-preview --continue-on-error --parallel 100 --non-interactive
