#!/bin/sh
# Shows what an apply would do, and leaves it in preview.json for the gate.
set -eu
cd "$(dirname "$0")/.."
: "${STACK:?set STACK to the name of the stack}"

# An older preview must not pass for this one if this one fails.
rm -f preview.json
pulumi preview --stack "$STACK" --non-interactive --diff
pulumi preview --stack "$STACK" --non-interactive --json >preview.tmp
mv preview.tmp preview.json
