import { expect } from "chai";
import type { NetworkAclEntry } from "../../inventory/filters";
import type { Inventory } from "../../inventory/types";
import { factsBetween } from "../../review/change/between";
import { markdownOf } from "../../review/change/markdown";
import { reviewOf } from "../../review/change/model";
import { terminalOf } from "../../review/change/terminal";
import type { Review, RuleChange } from "../../review/change/types";
import { account, groupId, ruleOf, type Permission } from "../support/account";
import { settingsOf } from "../support/offline-settings";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };

/** The review of two accounts. */
function between(before: Inventory, after: Inventory, more: Record<string, unknown> = {}): Review {
  return reviewOf(factsBetween(before, after, settingsOf(more), "dev"));
}

function change({ firewalls }: Review, rule: string): RuleChange {
  const found = firewalls[0]?.changes.find((each) => each.rule === rule);
  if (found === undefined) throw new Error(`no change of ${rule}: ${JSON.stringify(firewalls)}`);
  return found;
}

describe("review", () => {
  it("says that nothing changes where nothing does", () => {
    const { summary, counts } = between(account([WEB, SSH]), account([WEB, SSH]));
    expect(summary).to.equal("Opens nothing and closes nothing (no rule changes)");
    expect(counts).to.include({ added: 0, changed: 0, removed: 0 });
  });

  it("gives for each rule that an excluded instance leaves what is withheld of its own permission", () => {
    const shared = account([WEB, SSH]);
    const networkInterfaces = shared.networkInterfaces.map((each) => ({
      ...each,
      securityGroupIds: [groupId(1), groupId(2)],
    }));
    const withTags = (tags: Record<string, string>, index: number) => ({ ...shared.instances[index]!, tags });
    const before = { ...shared, networkInterfaces, instances: [withTags({}, 0), withTags({}, 1)] };
    const after = { ...before, instances: [withTags({ public: "no" }, 0), withTags({}, 1)] };
    const guardrails = { "aws-panos-rules:guardrails": { exclude: { instances: ["public=no"] } } };
    const today = factsBetween(before, after, settingsOf(guardrails), "dev");
    delete today.before;
    const review = reviewOf(today);
    for (const permission of [WEB, SSH]) {
      const texts = change(review, ruleOf(permission)).reasons.map(({ text }) => text);
      const label = `group-${permission.group} (${groupId(permission.group)})`;
      expect(
        texts.filter((text) => text.includes("withheld")),
        ruleOf(permission),
      ).to.not.be.empty;
      for (const text of texts) {
        if (text.includes("withheld")) expect(text, ruleOf(permission)).to.include(label);
      }
    }
  });

  it("shows what a permission opens, and which security-group rule asks for it", () => {
    const review = between(account([WEB]), account([WEB, { group: 1, port: 3389, cidr: "0.0.0.0/0" }]));
    const opened = change(review, `aws-${groupId(1)}-tcp-3389`);
    expect(opened.opens).to.deep.equal([
      {
        ...{
          source: ["0.0.0.0/0"],
          destination: ["10.0.0.1"],
          ports: ["tcp/3389"],
          applications: ["ms-rdp"],
        },
        ...{ from: "untrust", to: "trust" },
      },
    ]);
    expect(opened.closes).to.deep.equal([]);
    expect(opened.reasons.map(({ text }) => text)).to.deep.equal([
      "sgr-010d3d1 of group-1 (sg-0a0001) was authorized: TCP port 3389 from 0.0.0.0/0",
    ]);
    expect(opened.marks.map(({ kind }) => kind)).to.deep.equal(["world-administrative"]);
    expect(review.addresses["10.0.0.1"]).to.deep.equal({
      ...{ interfaceId: "eni-0a1", instanceId: "i-0a1", name: "host-1" },
    });
  });

  it("doesn't call a rule revoked that can be read no longer", () => {
    const [before, after] = [account([WEB]), account([])];
    after.securityGroups = structuredClone(before.securityGroups);
    const [group] = after.securityGroups;
    const { id, ipProtocol, fromPort, toPort } = group!.ingress.pop()!;
    group!.unreadableRules = [{ id, isEgress: false, ipProtocol, fromPort, toPort, fault: "has 0 sources" }];
    after.instances = before.instances;
    after.networkInterfaces = before.networkInterfaces;
    const texts = JSON.stringify(change(between(before, after), ruleOf(WEB)).reasons);
    expect(texts)
      .to.include("can't be read, so nothing is made of it: has 0 sources")
      .and.not.include("revoked");
  });

  it("names the network ACL that stops what a rule opens, and changes nothing else for it", () => {
    const filtered = (entries: object[]): Inventory => ({
      ...account([WEB]),
      filters: {
        unread: [],
        networkAcls: [
          {
            ...{ id: "acl-0a", vpcId: "vpc-0a", isDefault: false, subnetIds: ["subnet-0a"] },
            entries: entries as NetworkAclEntry[],
          },
        ],
      },
    });
    const every = { cidrBlock: "0.0.0.0/0", protocol: "-1" };
    const open = [true, false].map((egress) => ({ ...every, egress, ruleNumber: 100, ruleAction: "allow" }));
    const deny = { ...open[1], ruleNumber: 90, ruleAction: "deny" };
    const half = { ...deny, cidrBlock: "203.0.113.0/25" };
    const nothing = account([]);
    const opening = (entries: object[]) => change(between(nothing, filtered(entries)), ruleOf(WEB));

    const passes = opening(open);
    expect(passes).to.not.have.property("stopped");
    const whole = opening([...open, deny]);
    expect(whole.opens).to.deep.equal(passes.opens);
    expect(whole.marks).to.deep.equal([{ kind: "stopped", text: "AWS stops all of it" }]);
    const denial = "network ACL acl-0a denies tcp/443 from 203.0.113.0";
    expect(whole.stopped).to.deep.equal({
      what: "all",
      because: [{ id: "acl-0a", text: `${denial}/24, into subnet-0a (inbound entry 90)` }],
    });
    expect(opening([...open, half]).stopped).to.deep.equal({
      what: "part",
      because: [{ id: "acl-0a", text: `${denial}/25, into subnet-0a (inbound entry 90)` }],
    });

    const review = between(nothing, filtered([...open, deny]));
    const display = { columns: 200, hasColour: false };
    expect(terminalOf(review, display)).to.include(`AWS stops all of it: ${denial}/24`);
    expect(markdownOf(review)).to.include(
      "⚠ **AWS stops all of it**<br>network ACL <code>acl-0a</code> denies",
    );
    expect(review.notes).to.deep.equal([]);
  });

  it("says that it doesn't know of network ACLs where they were not read, if anything opens", () => {
    const said = "Network ACLs were not read";
    expect(between(account([]), account([WEB])).notes[0]).to.include(said);
    expect(between(account([WEB]), account([])).notes.join()).to.not.include(said);
    const filters = {
      unread: ["Whether a network ACL denies what a rule opens is not known. It is denied."],
    };
    expect(between(account([]), { ...account([WEB]), filters }).notes).to.deep.equal(filters.unread);
    const other = { ...account([WEB]), filters: { unread: [], networkAcls: [] } };
    expect(change(between(account([]), other), ruleOf(WEB)).stopped).to.deep.equal({
      what: "unknown",
      because: [{ text: "the network ACL of subnet-0a was not seen, so what it denies is not known" }],
    });
  });

  it("tells a group that can't be seen any more from one that was deleted", () => {
    const [before, after] = [account([SSH]), account([SSH])];
    after.securityGroups = [];
    const { reasons } = change(between(before, after), ruleOf(SSH));
    expect(reasons[0]?.text).to.include(`${groupId(2)}, which eni-0a2 carries, can't be seen any more`);
  });

  it("shows what a stopped instance closes", () => {
    const { opens, closes, reasons } = change(between(account([SSH]), account([SSH], [2])), ruleOf(SSH));
    expect(opens).to.deep.equal([]);
    expect(closes).to.have.length(1);
    expect(reasons[0]?.text).to.equal("instance i-0a2 (host-2) with 10.0.0.2 stopped, or is gone");
  });

  it("says of a permission that it has ended, without anything to say against that, and of one that it will soon", () => {
    const ending = (ends: string) => {
      const inventory = account([WEB]);
      inventory.securityGroups[0]!.ingress[0]!.tags = { ends };
      inventory.securityGroups[0]!.tags = {};
      return inventory;
    };
    const options = { "aws-panos-rules:expiryTag": "ends" };
    const ended = between(ending("2999-12-31"), ending("2020-01-01"), options);
    expect(ended.against).to.deep.equal([]);
    expect(
      change(ended, ruleOf(WEB))
        .reasons.map(({ text }) => text)
        .join(),
    ).to.include("it has ended");
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const soon = between(account([]), ending(tomorrow), options);
    expect(soon.notes.join()).to.match(new RegExp(`ends at .* as far as rule sgr-01.* ends is ${tomorrow}`));
  });

  it("says of interfaces of no instance that they came and went, and what they are for", () => {
    const all = (permissions: Permission[]) => {
      const inventory = account(permissions);
      for (const each of inventory.networkInterfaces) {
        delete each.instanceId;
        each.description = "ELB app/web/1";
      }
      return inventory;
    };
    const gone = all([WEB]);
    gone.networkInterfaces = [];
    const options = { "aws-panos-rules:interfaces": "all" };
    const name = `aws-${groupId(1)}-tcp-443`;
    const who = "eni-0a1 (application_load_balancer “ELB app/web/1”) with 10.0.0.1";
    const came = change(between(gone, all([WEB]), options), name);
    expect(came.reasons.map(({ text }) => text)).to.deep.equal([`${who} came`]);
    const went = change(between(all([WEB]), gone, options), name);
    expect(went.reasons.map(({ text }) => text)).to.deep.equal([`${who} is gone`]);
  });

  it("says that nothing opens where a source replaces narrower ones that were open, but for what is new", () => {
    const narrow = [0, 1].map((half) => ({ ...SSH, cidr: `203.0.113.${half * 128}/25` }));
    const review = between(account(narrow), account([{ ...SSH, cidr: "203.0.113.0/24" }]));
    expect(review.summary).to.equal("Opens nothing and closes nothing (rules: 1 changed)");
    const { fields } = change(review, ruleOf(SSH));
    expect(fields.find(({ field }) => field === "source")).to.deep.equal({
      ...{ field: "source", added: ["203.0.113.0/24"], removed: ["203.0.113.0/25", "203.0.113.128/25"] },
    });

    const wider = change(
      between(account(narrow), account([{ ...SSH, cidr: "203.0.112.0/23" }])),
      ruleOf(SSH),
    );
    expect(wider.opens).to.have.length(1);
    expect(wider.opens[0]).to.deep.include({ source: ["203.0.112.0/23"], partly: true });
    expect(wider.marks.map(({ kind }) => kind)).to.deep.equal(["wider"]);
  });

  it("objects to what a guardrail withholds now, not to what it withheld before", () => {
    const guardrails = { "aws-panos-rules:guardrails": { neverOpen: ["tcp/22"] } };
    const review = between(account([WEB]), account([WEB, SSH]), guardrails);
    expect(review.against).to.have.length(1);
    expect(review.against[0]?.text).to.include("guardrails.neverOpen has tcp/22");
    expect(between(account([WEB, SSH]), account([WEB, SSH]), guardrails).against).to.deep.equal([]);
  });
});
