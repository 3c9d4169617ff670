import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { appliedIn } from "../../review/drift/applied";
import type { Configuration, DriftFacts } from "../../review/drift/facts";
import { markdownOf } from "../../review/drift/markdown";
import { driftOf } from "../../review/drift/model";
import { terminalOf } from "../../review/drift/terminal";
import type { Drift } from "../../review/drift/types";
import { GITHUB_LIMIT } from "../../review/change/markdown";
import type { FirewallFacts } from "../../review/change/facts";
import type { HitCount } from "../../panos/hit-counts";
import type { FoundRule, SecurityRule } from "../../panos/policy";
import { placedHash } from "../../declaration/declaration";
import { eachPart } from "../../declaration/kinds";
import { ruleHash } from "../../declaration/kinds/rule";
import type { Declaration } from "../../declaration/declaration";
import { account, groupId, ruleOf } from "../support/account";
import { faults, type Schema } from "../support/json-schema";
import { PROJECT_DIR } from "../support/lab";

const OWNER = "test1234";
const TAG = `aws-panos-${OWNER}`;
const FIREWALL = "firewall/vsys1";
const DAY = 86_400;
const NOW = Date.UTC(2026, 0, 31);
const daysAgo = (days: number) => NOW / 1000 - days * DAY;

const rule = (name: string, fields: Partial<SecurityRule> = {}): SecurityRule => ({
  ...{ name, description: "", tag: [TAG], from: ["untrust"], to: ["trust"] },
  ...{ source: ["203.0.113.0/24"], destination: ["10.0.0.1"], application: ["any"], service: ["any"] },
  action: "allow",
  ...fields,
});
const found = (from: SecurityRule, extras: string[] = []): FoundRule => ({ ...from, extras });
const none = () => eachPart((): Record<string, string> => ({}));
const declaration = (...rules: SecurityRule[]): Declaration => ({
  ...none(),
  rules: Object.fromEntries(rules.map((each) => [each.name, ruleHash(each)])),
});

/** A configuration with these rules of ours, all above the cleanup rule but for some. */
function configuration(rules: FoundRule[], below: string[] = []): Configuration {
  const hashes = rules.map((each) => [each.name, placedHash(ruleHash(each), !below.includes(each.name))]);
  return {
    found: { ...none(), rules: Object.fromEntries(hashes) as Record<string, string> },
    rules,
    placed: rules.map(({ name }) => name).filter((name) => !below.includes(name)),
    ...{ held: [], lost: [], strays: [], foreign: eachPart(() => []) },
    values: eachPart(() => ({})),
  };
}

interface Scene {
  declared?: SecurityRule[];
  applied?: SecurityRule[];
  running?: Configuration;
  candidate?: Configuration;
  hits?: DriftFacts["hits"];
  registered?: { found: string[] | Record<string, string[]>; declared: string[]; applied: string[] };
  /** Who has changed rules and not committed that. */
  uncommittedBy?: Record<string, string[]>;
}

/** Drift of firewalls of one account, one for each scene. */
function driftIn(...scenes: Scene[]): Drift {
  const empty = configuration([]);
  const firewall = (index: number) => (index === 0 ? FIREWALL : `firewall-${index}/vsys1`);
  const registration = (text: string) => ({ address: text, tag: `${TAG}-sg-0a` });
  const facts = scenes.map(
    ({ declared = [] }, index) =>
      ({
        ...{ firewall: firewall(index), ownerId: OWNER, cleanupRule: "cleanup", shadowed: [] },
        options: { firewall: { networkInterfaceIds: ["eni-0f"], instanceIds: [], vpcEndpointIds: [] } },
        declared: declaration(...declared),
        wanted: { rules: declared, isolation: [], permissions: {} },
        ...{ withheld: [], guarded: [], alreadyAllowed: [] },
      }) as unknown as FirewallFacts,
  );
  const drift = scenes.map(
    ({ running = empty, candidate = running, hits, registered, uncommittedBy = {} }, index): DriftFacts => ({
      ...{ firewall: firewall(index), running, candidate, members: [], hits: hits ?? { counts: [] } },
      uncommittedBy: { ...eachPart(() => ({})), rules: uncommittedBy },
      commits: [{ job: "7", by: "mallory", ended: "2026/01/30 11:00:00" }],
      ...(registered && {
        registrations: {
          registered: Array.isArray(registered.found)
            ? [{ found: registered.found.map(registration) }]
            : Object.entries(registered.found).map(([on, found]) => ({ on, found: found.map(registration) })),
          declared: registered.declared.map(registration),
        },
      }),
    }),
  );
  const resources = scenes.flatMap(({ applied = [], registered }, index) => [
    {
      type: "pulumi-nodejs:dynamic/panos:Commit",
      inputs: { firewall: firewall(index), declared: none() },
      outputs: { applied: declaration(...applied) },
    },
    ...(registered
      ? [
          {
            type: "pulumi-nodejs:dynamic/panos:RegisteredAddresses",
            inputs: { firewall: firewall(index), registrations: {} },
            outputs: { applied: { [`${TAG}-sg-0a`]: registered.applied } },
          },
        ]
      : []),
  ]);
  const inventory = account([
    { group: 1, port: 443 },
    { group: 2, port: 22 },
  ]);
  const drifted = driftOf(
    {
      facts: { stack: "dev", source: "preview", inventory, firewalls: facts, limits: [], notes: [] },
      drift: new Map(drift.map((each) => [each.firewall, each])),
      applied: appliedIn(resources),
    },
    { unusedDays: 90, now: NOW },
  );
  expect(faults(JSON.parse(JSON.stringify(drifted)), SCHEMA)).to.deep.equal([]);
  return drifted;
}

const SCHEMA = JSON.parse(readFileSync(join(PROJECT_DIR, "docs/drift.schema.json"), "utf8")) as Schema;

const WEB = rule(ruleOf({ group: 1, port: 443 }));
const WIDER = { ...WEB, source: ["any"] };
const NARROWER = { ...WEB, source: ["203.0.113.7"] };

describe("drift", () => {
  const kinds = (drift: Drift) => drift.firewalls[0]!.findings.map(({ kind, where }) => [kind, where]);
  const waiting = (drift: Drift) =>
    drift.firewalls[0]!.notApplied.map(({ change, staged }) => [change, staged]);

  it("is none where the firewall is as it was last applied, whatever is declared by now", () => {
    const moved = driftIn({ applied: [WEB], declared: [NARROWER], running: configuration([found(WEB)]) });
    expect([moved.drifted, kinds(moved), waiting(moved)]).to.deep.equal([false, [], [["change", false]]]);
    const gone = driftIn({ applied: [WEB], running: configuration([found(WEB)]) });
    expect([kinds(gone), waiting(gone)]).to.deep.equal([[], [["remove", false]]]);
    const first = driftIn({ declared: [WEB] });
    expect([kinds(first), waiting(first)]).to.deep.equal([[], [["add", false]]]);
  });

  it("is none where it is as declared, whatever the state knows: a killed run may not have told it", () => {
    const drift = driftIn({
      applied: [WEB],
      declared: [NARROWER],
      running: configuration([found(NARROWER)]),
    });
    expect([drift.drifted, kinds(drift), waiting(drift)]).to.deep.equal([false, [], []]);
    const staged = driftIn({
      ...{ applied: [WEB], declared: [NARROWER] },
      ...{ running: configuration([found(WEB)]), candidate: configuration([found(NARROWER)]) },
    });
    expect([kinds(staged), waiting(staged)]).to.deep.equal([[], [["change", true]]]);
  });

  it("is an edit in whichever configuration, and says so where AWS has moved on as well", () => {
    const scene = { applied: [WEB], declared: [NARROWER] };
    const drift = driftIn({ ...scene, running: configuration([found(WIDER)]) });
    expect(kinds(drift)).to.deep.equal([["edited", "both"]]);
    expect(drift.firewalls[0]!.findings[0]!.movedOn).to.equal(true);
    const uncommitted = driftIn({
      ...{ applied: [WEB], declared: [WEB], running: configuration([found(WEB)]) },
      candidate: configuration([found(WIDER, ["disabled: yes"])]),
    });
    expect(kinds(uncommitted)).to.deep.equal([["disabled", "candidate"]]);
    const both = driftIn({
      ...{ applied: [WEB], declared: [WEB], running: configuration([found(WIDER)]) },
      candidate: configuration([]),
    });
    expect(kinds(both)).to.deep.equal([
      ["edited", "running"],
      ["removed", "candidate"],
    ]);
  });

  it("says what a rule said that is gone, where that is still known", () => {
    const drift = driftIn({ applied: [WEB], declared: [WEB], running: configuration([]) });
    const { kind, fields } = drift.firewalls[0]!.findings[0]!;
    expect(kind).to.equal("removed");
    expect(fields).to.deep.include({ field: "source", added: ["203.0.113.0/24"], removed: [] });
    expect(markdownOf(drift)).to.include("source: <code>203.0.113.0/24</code> → –");
    expect(terminalOf(drift, { columns: 200, hasColour: false })).to.include("source: 203.0.113.0/24 → –");
    // What is declared by now is not what was there.
    const movedOn = driftIn({ applied: [WEB], declared: [NARROWER], running: configuration([]) });
    expect(movedOn.firewalls[0]!.findings[0]!.fields).to.deep.equal([]);
  });

  it("says who edited what is not committed, and of what is in force only who committed last", () => {
    const scene = { applied: [WEB], declared: [WEB], uncommittedBy: { [WEB.name]: ["alice", "bob"] } };
    const staged = driftIn({
      ...{ ...scene, running: configuration([found(WEB)]) },
      candidate: configuration([found(WIDER)]),
    });
    expect(staged.firewalls[0]!.findings[0]!.by).to.deep.equal(["alice", "bob"]);
    expect(markdownOf(staged))
      .to.include("by <code>alice</code>, <code>bob</code>")
      .and.not.include("mallory");
    const inForce = driftIn({ ...scene, running: configuration([found(WIDER)]) });
    expect(inForce.firewalls[0]!.findings[0]).not.to.have.property("by");
    expect(markdownOf(inForce)).to.include("newest first: <code>mallory</code> (job 7, ");
  });

  it("says why AWS asks for a rule, or asks for it no more", () => {
    const reasonIn = (scene: Scene) => {
      const { findings, notApplied } = driftIn(scene).firewalls[0]!;
      return [...findings, ...notApplied].map(({ reasons }) => reasons?.map(({ text }) => text).join("; "));
    };
    const edited = { applied: [WEB], declared: [WEB], running: configuration([found(WIDER)]) };
    expect(reasonIn(edited)).to.deep.equal(["it is carried behind the firewall by i-0a1 (host-1)"]);
    const other = rule("aws-sg-0a0001-tcp-8443");
    expect(reasonIn({ applied: [other], running: configuration([found(other)]) })).to.deep.equal([
      "group-1 (sg-0a0001) has no rule for TCP port 8443 any more",
    ]);
    expect(reasonIn({ running: configuration([found(rule("copy-of-web"))]) })).to.deep.equal([undefined]);
  });

  it("tells a rule that lost its tag from one that is gone, and one below the cleanup rule from an edited one", () => {
    const scene = { applied: [WEB], declared: [WEB] };
    const untagged = configuration([]);
    untagged.foreign.rules.push(WEB.name);
    expect(kinds(driftIn({ ...scene, running: untagged }))).to.deep.equal([["untagged", "both"]]);

    // Also where nobody declares it any more, in whichever configuration it is.
    const lost = { ...configuration([]), lost: [WEB.name], rules: [found({ ...WEB, tag: [] })] };
    lost.foreign.rules.push(WEB.name);
    const free = { declared: [], applied: [] };
    const none = configuration([]);
    for (const [running, candidate, where] of [
      [lost, lost, "both"],
      [lost, none, "running"],
      [none, lost, "candidate"],
    ] as const) {
      for (const applied of [[], [WEB]]) {
        const drift = driftIn({ ...free, applied, running, candidate });
        expect(kinds(drift)).to.deep.equal([["untagged", where]]);
      }
    }
    const moved = configuration([found(WEB)], [WEB.name]);
    expect(kinds(driftIn({ ...scene, running: moved }))).to.deep.equal([["moved", "both"]]);
    const worse = configuration([found(WIDER)], [WEB.name]);
    const drift = driftIn({ ...scene, running: worse });
    expect(kinds(drift)).to.deep.equal([["edited", "both"]]);
    const { fields } = drift.firewalls[0]!.findings[0]!;
    expect(fields.map(({ field }) => field)).to.deep.equal(["source", "place"]);
  });

  it("tells addresses that somebody registered or unregistered from those that AWS has and hasn't any more", () => {
    const [kept, lost, added, going, coming] = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"];
    const drift = driftIn({
      registered: {
        applied: [kept, lost, going],
        declared: [kept, lost, coming],
        found: [kept, added, going],
      },
    });
    const [firewall] = drift.firewalls;
    expect(firewall!.findings.map(({ kind, name }) => [kind, name.split(" ")[0]])).to.deep.equal([
      ["not-registered", lost],
      ["registered", added],
    ]);
    expect(firewall!.notApplied.map(({ change, name }) => [change, name.split(" ")[0]])).to.deep.equal([
      ["add", coming],
      ["remove", going],
    ]);
  });

  it("says on which firewalls of a device group addresses are registered, or are not", () => {
    const [kept, lost, coming] = ["10.0.0.1", "10.0.0.2", "10.0.0.5"];
    const found = { fw1: [kept], fw2: [kept, lost], fw3: [lost, kept, "10.0.0.9"], fw4: [lost] };
    const drift = driftIn({
      registered: { applied: [kept, lost], declared: [kept, lost, coming], found },
    });
    const [firewall] = drift.firewalls;
    expect(firewall!.findings.map(({ kind, name, on }) => [kind, name.split(" ")[0], on])).to.deep.equal([
      ["not-registered", lost, ["fw1"]],
      ["registered", "10.0.0.9", ["fw3"]],
      ["not-registered", kept, ["fw4"]],
    ]);
    expect(firewall!.notApplied.map(({ change, name }) => [change, name.split(" ")[0]])).to.deep.equal([
      ["add", coming],
    ]);
  });

  it("takes older states for what they say, and nothing of what is on its way out", () => {
    const commit = { type: "pulumi-nodejs:dynamic/panos:Commit", outputs: {} };
    const inputs = { firewall: FIREWALL, declared: declaration(WEB) };
    expect(appliedIn([{ ...commit, inputs }]).get(FIREWALL)!.declared).to.deep.equal(declaration(WEB));
    expect(appliedIn([{ ...commit, inputs, delete: true }]).size).to.equal(0);
  });
});

describe("unused rules", () => {
  const SSH = rule(ruleOf({ group: 2, port: 22 }));
  const ZONED = rule(`${SSH.name}-z0123abcd`);
  const hit = (name: string, count: number, lastHit?: number, since?: number): HitCount => ({
    ...{ rule: name, count, lastHit, since },
  });
  const unusedIn = (rules: SecurityRule[], ...hits: DriftFacts["hits"][]) =>
    driftIn(
      ...hits.map((each) => ({
        ...{ applied: rules, declared: rules, hits: each },
        running: configuration(rules.map((one) => found(one))),
      })),
    ).firewalls.map(({ unused }) => unused);

  it("have had no hit for so long, and name the security-group rules that could be revoked", () => {
    const old = [hit(WEB.name, 7, daysAgo(91), daysAgo(400)), hit(SSH.name, 0, undefined, daysAgo(91))];
    const [unused] = unusedIn([WEB, SSH], { counts: old });
    expect(unused!.rules.map(({ rule: name, revoke }) => [name, revoke.map(({ id }) => id)])).to.deep.equal([
      [WEB.name, ["sgr-0101bb0"]],
      [SSH.name, ["sgr-0200160"]],
    ]);
    expect(unused!.rules[1]).not.to.have.property("lastHit");
    expect(unused!.rules[1]!.group).to.deep.equal({ id: groupId(2), name: "group-2" });
  });

  it("are not those that are counted since lately, or since nobody knows when", () => {
    const young = [hit(WEB.name, 0, undefined, daysAgo(89)), hit(SSH.name, 0)];
    const [unused] = unusedIn([WEB, SSH], { counts: young });
    expect([unused!.rules, unused!.notJudged]).to.deep.equal([[], 2]);
  });

  it("are candidates to revoke only where no rule of the same permission is used, on any firewall", () => {
    const dead = { counts: [hit(SSH.name, 0, undefined, daysAgo(91)), hit(ZONED.name, 1, daysAgo(1))] };
    expect(unusedIn([SSH, ZONED], dead)[0]!.rules.map(({ revoke }) => revoke)).to.deep.equal([[]]);
    const marked = rule(`${SSH.name}-p0123abcd`);
    const policies = { counts: [hit(SSH.name, 0, undefined, daysAgo(91)), hit(marked.name, 1, daysAgo(1))] };
    expect(unusedIn([SSH, marked], policies)[0]!.rules.map(({ revoke }) => revoke)).to.deep.equal([[]]);
    const elsewhere = unusedIn(
      [SSH],
      { counts: [hit(SSH.name, 0, undefined, daysAgo(91))] },
      { unknown: "no" },
    );
    expect(elsewhere[0]!.rules.map(({ revoke }) => revoke)).to.deep.equal([[]]);
    expect(elsewhere[1]).to.include({ unknown: "no", notJudged: 1 });
  });
});

describe("drift as Markdown", () => {
  it("fits a comment with 10,000 findings, and shows hostile names as text", () => {
    const names = Array.from({ length: 10_000 }, (_, index) => rule(`aws-sg-0${index}-tcp-22`));
    const hostile = rule("aws-sg-0a-tcp-22", { source: ["<script>alert(1)</script>"] });
    const drift = driftIn({ running: configuration([hostile, ...names].map((each) => found(each))) });
    const text = markdownOf(drift);
    expect(text.length).to.be.below(GITHUB_LIMIT);
    expect(text).to.include("more are in drift.json").and.not.include("<script>");
  });
});
