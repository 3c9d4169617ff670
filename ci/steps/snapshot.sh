#!/usr/bin/env bash
# Records what AWS and the firewalls have in reviews/snapshots/, for reviews that may ask neither. No secret is in them, but
# whoever may read this repository's artifacts can read what the network looks like.
set -euo pipefail
steps="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=ci/steps/foreign-text.sh
. "$steps/foreign-text.sh"
: "${STACK:?says whose: Pulumi.STACK.yaml}"
mkdir -p reviews/snapshots
node "$steps/../../commands/aws-panos.cjs" snapshot reviews/snapshots/inventory.json --stack "$STACK" --ec2 --rulebase reviews/snapshots/rulebase.json
