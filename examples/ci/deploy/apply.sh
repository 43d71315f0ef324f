#!/bin/sh
# Makes the keys what the program says, whatever they have drifted to. With plan.json, that of a preview, only what the plan
# holds is done: a change that has come up since fails the step before it is made. A plan serves once.
set -eu
cd "$(dirname "$0")/.."
: "${STACK:?set STACK to the name of the stack}"

set -- --stack "$STACK" --non-interactive --yes --skip-preview --diff --refresh
if [ -f plan.json ]; then
    pulumi up "$@" --plan plan.json
    rm plan.json
else
    pulumi up "$@"
fi
