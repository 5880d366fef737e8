#!/bin/sh
# Chromium (browser tests) and Dovecot (a real IMAP server), where apt and the right to use it are at hand.
# Elsewhere the tests that need them skip, aloud, by name.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -x /usr/sbin/dovecot ] || missing="$missing dovecot-imapd"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing for tests:$missing"
    apt-get install -y -q $missing >/dev/null 2>&1 || {
        apt-get update -q >/dev/null 2>&1 && apt-get install -y -q $missing >/dev/null 2>&1
    } || echo "could not install:$missing; the tests that need it will skip"
else
    echo "not installed:$missing; the tests that need it will skip"
fi
