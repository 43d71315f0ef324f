#!/bin/sh
# Makes the keys what the program says.
set -eu
cd "$(dirname "$0")/.."
: "${STACK:?set STACK to the name of the stack}"

exec pulumi up --stack "$STACK" --non-interactive --yes --skip-preview --diff
