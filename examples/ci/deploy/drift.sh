#!/bin/sh
# Fails, and shows the properties, when a key is not what the program says. Changes nothing, at KMS or in the state.
set -eu
cd "$(dirname "$0")/.."
: "${STACK:?set STACK to the name of the stack}"

# Not `pulumi refresh --preview-only`: it compares KMS with the state only, so drift that somebody
# once wrote into the state by a refresh would go unseen.
exec pulumi preview --stack "$STACK" --non-interactive --refresh --expect-no-changes --diff
