#!/bin/sh
# cargo calls this instead of rustc for our own rooms (RUSTC_WORKSPACE_WRAPPER in steps.rs). clippy compiles them, so that
# lints and build are one piece of work. For its unit tests a room is compiled a second time: its source has been linted by
# then, and rustc does that alone.
test= room=
for argument in "$@"; do
    case $argument in
        --test) test=yes ;;
        */src/lib.rs | */src/main.rs | src/lib.rs | src/main.rs) room=yes ;;
    esac
done
if [ "$test$room" = yesyes ]; then
    exec "$@"
fi
exec "$CLIPPY_DRIVER" "$@"
