/** What `aws-panos simulator --help` says beside its options, as it stands. */

export const ROLES = `More administrators can be in the configuration, with a role of their own:
  <mgt-config><users><entry name="ops">
    <phash>sha256:HEX</phash>    HEX of: printf %s PASSWORD | sha256sum
    <permissions><role-based>
      <superuser>yes</superuser></role-based></permissions>
or <custom><profile>NAME</profile></custom> in <role-based>, with
/config/shared/admin-role/entry[@name=NAME]/role/device/xmlapi saying "enable"
for config, op, commit, user-id, export, import, log, report; what isn't enabled
is refused.`;

export const FAULTS = `Faults
  [{"name": "lost answer", "nth": 2,
    "match": {"type": "config", "action": "multi-config"},
    "effect": {"do": "drop", "when": "after"}}, …]
  match          type, action, admin: the whole text; xpath, cmd, element: a
                 part of it; a list: any of them. Without match, every request.
  nth N          from the Nth matching request on (1)
  probability P  each matching request with it, drawn from seed (1)
  count N        at most so often (once; with a probability, without a limit)
  effect         "do" says what; "when" is "before" (the default) or "after" the
                 request acts:
    drop         the connection closes without an answer
    delay        ms
    http-error   status (503)
    truncate     bytes (half of the answer), announced (true: as content-length
                 too)
    not-xml      body (a page of HTML); when: after
    expire-keys  why: expired or revoked; all API keys
    stick-job    the next job stays ACT; requests: that many more, or until it
                 is released
    fail-job     details: the lines of the next commit job, which fails
    lock         kind (commit or config), admin, scope (shared), comment,
                 requests
    fail-over    to: what the active one becomes (passive)
    restart      downMs (0), finishJob (false), keepLocks (false),
                 loseRegistrations (false)
    edit         admin, operations (as in multi-config), commit: all or own
    full-commit-required  requests`;

export const ADMINISTRATION = `On the HTTP port, from this machine only, as content-type application/json
  GET /admin/faults              the faults, and which fired
  POST /admin/faults             adds faults, one or a list
  DELETE /admin/faults           takes them all back, with the locks and stuck
                                 jobs they left
  POST /admin/release?fault=NAME ends what one fault left behind; without a
                                 name, what all did
  POST /admin/fail-over          the HA peer takes over
  GET /admin/sessions            the session table
  POST /admin/sessions           opens one: {"from": ZONE, "to": ZONE, "source":
                                 ADDRESS, "destination": ADDRESS, "port": N},
                                 and protocol (6), sourcePort, application,
                                 vsys (vsys1)
Sessions that a commit denies are discarded, unless
deviceconfig/setting/config/rematch is "no".`;
