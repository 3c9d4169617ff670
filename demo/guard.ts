/** `npm run guard:demo`: what the guard says and does from the second somebody opens port 22 to the world. */
import { join } from "node:path";
import { MemoryApprovals, MemoryRecords, MemoryUses } from "../tests/guard/support/memory";
import { eventOf, ModelGroups } from "../tests/guard/support/model";
import { approvalOf } from "../tests/guard/support/people";
import { ACCOUNT, content, REGION } from "../tests/guard/support/cloudtrail";
import type { Guard } from "../guard/guard";
import { handleEvent } from "../guard/handle";
import { readPolicy } from "../guard/policy/read";
import { refreshRecords } from "../guard/refresh";
import { describeRule } from "../guard/rules";
import { messageText } from "../guard/tell";
import { command, lines, prose, runOnTerminal } from "../commands/framework";

const GROUP = "sg-0a1b2c3d4e5f60718";

const MARGIN = " ".repeat("02:14:07  ".length);

const TABLE = {
  name: "guard:demo",
  start: "npm run guard:demo --",
  options: {},
  usage: [""],
  summary: "Shows what the guard says and does from the second somebody opens port 22 to the world.",
};

const guardDemo = command(TABLE, async (_, { output, environment }) => {
  const print = lines(output);
  const explain = prose(output, environment);
  const groups = new ModelGroups([GROUP]);
  groups.nameOf = () => "web";
  groups.put(GROUP, content({ fromPort: 443, toPort: 443, description: "web" }));
  let time = new Date("2026-11-21T02:00:00Z");
  const say = (text: string) => {
    text.split("\n").forEach((line, index) => {
      const first = index === 0 ? `${time.toISOString().slice(11, 19)}  ` : MARGIN;
      if (line === "") print("");
      // A command to copy stays in one line.
      else if (line.startsWith("approve ")) print(`${first}${line}`);
      else {
        const [, key = "", rest = line] = /^(\w+ {2,})(.+)$/.exec(line) ?? [];
        explain(rest, { first: first + key, rest: MARGIN + " ".repeat(key.length) });
      }
    });
  };
  const approvals = new MemoryApprovals();
  const guard: Guard = {
    policy: { ...(await readPolicy(join(__dirname, "..", "guard", "guard.example.yaml"))), mode: "enforce" },
    groups,
    approvals,
    records: new MemoryRecords(),
    uses: new MemoryUses(),
    now: () => time,
    ownRoles: [`arn:aws:iam::${ACCOUNT}:role/guard`],
    approveFlags: "--store aws-panos-prod-approvals",
    tell: (notices) => {
      for (const notice of notices) say(messageText(notice));
      return Promise.resolve();
    },
  };
  const rules = () =>
    [...groups.kept.get(GROUP)!.values()].map((rule) => `${rule.id} ${describeRule(rule)}`).join("\n");
  await refreshRecords({ account: ACCOUNT, region: REGION }, guard);
  say(`The guard has looked at the group:\n${rules()}`);

  time = new Date("2026-11-21T02:14:07Z");
  const opened = groups.put(GROUP, content());
  say(`mallory opens port 22 to the world:\n${rules()}`);
  const event = eventOf(opened, time.toISOString(), "mallory");
  time = new Date("2026-11-21T02:14:12Z");
  await handleEvent(event, guard);
  say(`The group is what it was:\n${rules()}`);

  time = new Date("2026-11-21T02:20:00Z");
  for (const person of ["alice", "bob"]) {
    const [madeAt, until] = [time.toISOString(), "2026-11-21T03:20:00.000Z"];
    approvals.kept.push(approvalOf(person, { madeAt, group: GROUP, for: "mallory", until, once: true }));
  }
  say("alice and bob run the command, each with credentials of their own.");
  time = new Date("2026-11-21T02:21:30Z");
  const again = eventOf(groups.put(GROUP, content()), time.toISOString(), "mallory");
  time = new Date("2026-11-21T02:21:34Z");
  await handleEvent(again, guard);
  return "fine";
});

runOnTerminal(guardDemo);
