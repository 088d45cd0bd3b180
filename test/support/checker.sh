#!/bin/sh
# The type checker of vitest, which starts it after all tests: waits for the compiler that
# test/support/types.ts has started before them, and passes on its output and its status.
if [ -z "$TAMIS_TYPES" ]; then exec tsc "$@"; fi
while kill -0 "$TAMIS_TYPES_PID" 2>/dev/null; do sleep 0.1; done
cat "$TAMIS_TYPES/output"
exit "$(cat "$TAMIS_TYPES/status" 2>/dev/null || echo 1)"
