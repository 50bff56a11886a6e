#!/usr/bin/env bash
# Tries the pre-commit hook as a user would meet it: a throw-away repository in which a hazard is committed.
# Needs pre-commit on the path (or PRE_COMMIT=...) and, the first time, the package index for the dependencies.
# usage: scripts/try_hook.sh
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
pre_commit=${PRE_COMMIT:-pre-commit}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
git init --quiet .
git config user.email nobody@example.invalid
git config user.name Nobody

try() { "$pre_commit" try-repo "$checkout" celerylint > output.log 2>&1; }
says() {
    if ! grep --quiet --fixed-strings "$1" output.log; then
        cat output.log
        echo "FAILED: nothing says \"$1\""
        exit 1
    fi
}
expect() {
    local wanted=$1 what=$2 status=0
    try || status=$?
    if [[ $status -ne $wanted ]]; then
        cat output.log
        echo "FAILED: $what: exit status $status instead of $wanted"
        exit 1
    fi
    echo "ok: $what"
}

printf 'notes\n' > notes.txt
printf 'output.log\n' > .gitignore
git add . && expect 0 "a repository without Celery passes"
git commit --quiet -m "Begin"

mkdir shop
cat > shop/celery.py <<'PY'
from celery import Celery

app = Celery("shop", broker="sqla+sqlite:///queue.db")
app.conf.task_soft_time_limit = 60
PY
touch shop/__init__.py
git add . && expect 1 "a database as broker is found"
says "shop/celery.py:3:"
says "CEL201"
git commit --quiet -m "Add a hazard"

printf 'def double(x):\n    return 2 * x\n' > shop/numbers.py
git add . && expect 1 "the hook sees the whole project, not only the file that is committed"
says "shop/celery.py:3:"

sed -i.bak 's|sqla+sqlite:///queue.db|redis://localhost/0|' shop/celery.py && rm shop/celery.py.bak
git add . && expect 0 "the cure passes"
