/** What `npm run simulator -- --help` prints. */
export const HELP = `A PAN-OS firewall to develop against: the XML API, candidate and running configuration, commit jobs.

npm run simulator -- [options]
  --port N             HTTPS port (default 8443; 0 takes any free one)
  --http-port N        HTTP port, for the API and the page at / (default 8080; 0 takes any free one)
  --host ADDRESS       where to listen (default 127.0.0.1)
  --user NAME          an administrator, with all rights unless --config gives it a role (default admin);
  --password TEXT      repeatable, each with the --password at the same place (default: its name)
  --config FILE        the running configuration at the start, a PAN-OS <config> with vsys1
  --commit-seconds N   how long a commit job runs (default 1)
  --record FILE        append one line of JSON for each request, without secrets
  --sw-version TEXT    PAN-OS version to report (default 11.1.2)
  --key-lifetime N     API keys expire after N seconds (default: never, or what the configuration has at
                       deviceconfig/setting/management/api/key/lifetime, in minutes)
  --max-rules N        how many security rules it takes (default 10000)
  --applications FILE  applications that rules may name beside those known here and those of --config: JSON,
                       {"name": ["tcp/8443"]}, or a firewall's answer to a get of /config/predefined/application
  --every-application  rules may name any application; an unknown one has no default ports
  --refuse WHAT        what isn't documented, to see what a client does then; repeatable: reordering (a commit of one
                       administrator's changes that moves rules; reordering=VERSION: by versions before that),
                       edit-and-move (of one entry, in one multi-config), paged-all (registered-ip, all with limit)
  --faults FILE        what goes wrong, a JSON list (below); with --ha, on each of the two
  --ha MODE            an HA pair: active-passive or active-active; the first one is active
  --second-port N      the second firewall's HTTPS port (default 8444)
  --second-http-port N and its HTTP port (default 8081)
  --sync-seconds N     how long the pair synchronises after a commit (default 1)
  --passive-writes     the passive firewall takes changes (default: refuses them with code 15)
  --help

More administrators can be in the configuration, with a role of their own:
  <mgt-config><users><entry name="ops">
    <phash>sha256:HEX</phash>      where HEX is what "printf %s PASSWORD | sha256sum" prints
    <permissions><role-based><superuser>yes</superuser></role-based></permissions>
or <custom><profile>NAME</profile></custom> in <role-based>, with /config/shared/admin-role/entry[@name=NAME]
/role/device/xmlapi saying "enable" for config, op, commit, user-id, export, import, log,
report; what isn't enabled is refused.

Faults: [{"name": "lost answer", "match": {"type": "config", "action": "multi-config"}, "nth": 2,
          "effect": {"do": "drop", "when": "after"}}, …]
  match         type, action, admin: the whole text; xpath, cmd, element: a part of it; a list: any of them.
                Without match, every request.
  nth N         from the Nth matching request on (default 1)
  probability P each matching request with this probability, drawn from seed (default 1)
  count N       at most so often (default: once; with a probability, without a limit)
  effect        "do" says what; "when" is "before" (default) or "after" the request acts:
    drop                 the connection closes without an answer
    delay                ms
    http-error           status (503)
    truncate             bytes (half of the answer), announced (true: as content-length too)
    not-xml              body (a page of HTML); when: after
    expire-keys          why: expired or revoked; all API keys
    stick-job            the next job stays ACT; requests: that many more, or until it is released
    fail-job             details: the lines of the next commit job, which fails
    lock                 kind (commit or config), admin, scope (shared), comment, requests
    fail-over            to: what the active one becomes (passive)
    restart              downMs (0), finishJob (false), keepLocks (false), loseRegistrations (false)
    edit                 admin, operations (as in multi-config), commit: all or own
    full-commit-required requests

On the HTTP port, from this machine only, with content-type: application/json:
  GET /admin/faults              the faults, and which fired
  POST /admin/faults             adds faults, one or a list
  DELETE /admin/faults           takes them all back, with the locks and stuck jobs they left
  POST /admin/release?fault=NAME ends what one fault left behind; without a name, what all did
  POST /admin/fail-over          the HA peer takes over
  GET /admin/sessions            the session table
  POST /admin/sessions           opens one: {"from": ZONE, "to": ZONE, "source": ADDRESS, "destination": ADDRESS,
                                 "port": N}, and protocol (6), sourcePort, application, vsys (vsys1)
Sessions that a commit denies are discarded, unless deviceconfig/setting/config/rematch is "no".
`;
