# shellcheck shell=bash
# Says what is being done and how long it took. Sourced by ./dev.

started=$SECONDS
if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi

say() { printf '%s\n' "${bold}==> $*${plain}"; }
die() { printf 'dev: %s\n' "$*" >&2; exit 1; }

# step TITLE COMMAND...: runs the command and reports its time; ends the script if it fails.
step() {
  local title=$1 from=$SECONDS code=0
  shift
  say "$title"
  "$@" || code=$?
  [ "$code" -eq 0 ] || die "$title: failed after $((SECONDS - from)) s (exit code $code)"
  printf '    done in %d s (%d s since the start)\n' $((SECONDS - from)) $((SECONDS - started))
}
