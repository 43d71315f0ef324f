#!/bin/sh
# Shows what an apply would do, drift included, and leaves it in preview.txt for people, preview.json for the gate and
# plan.json for the apply.
set -eu
cd "$(dirname "$0")/.."
: "${STACK:?set STACK to the name of the stack}"

# What an older preview has left must not pass for this one's if this one fails.
rm -f preview.txt preview.json plan.json
pulumi preview --stack "$STACK" --non-interactive --color never --refresh --diff >preview.tmp 2>&1 || {
    code=$?
    cat preview.tmp
    exit "$code"
}
cat preview.tmp
mv preview.tmp preview.txt
# The plan and the gate's account are of one run.
pulumi preview --stack "$STACK" --non-interactive --refresh --json --save-plan plan.tmp >preview.tmp
mv plan.tmp plan.json
mv preview.tmp preview.json
