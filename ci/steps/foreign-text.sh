# To be sourced by each step that prints what others wrote: names from AWS, a firewall's answers, a change's own text.
# GitHub's runner obeys commands in whatever a step prints, `::name::` where a line begins and `##[name]` anywhere in
# one; from here to the end of the step it obeys none but this token, which nobody else knows (GitHub documentation,
# "Workflow commands", stopping and starting them).
# shellcheck shell=bash
if [ "${GITHUB_ACTIONS:-}" = true ]; then
  foreign_text_token="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  printf '::stop-commands::%s\n' "$foreign_text_token"
  # One stream: the runner reads two, and might come to what stands on the other after the token.
  exec 2>&1
  # On a line of its own, also after one that did not end.
  trap 'printf "\n::%s::\n" "$foreign_text_token"' EXIT
fi
