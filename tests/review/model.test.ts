import { expect } from "chai";
import type { Inventory } from "../../inventory/types";
import { factsBetween } from "../../review/change/between";
import { reviewOf } from "../../review/change/model";
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
