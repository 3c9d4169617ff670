import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { mapInventory } from "../../mapping";
import type { MappingOptions } from "../../mapping/types";
import type { Tags } from "../../inventory/types";
import { Account } from "../../review/change/account";
import { markdownOf } from "../../review/drift/markdown";
import type { Drift } from "../../review/drift/types";
import { unconfirmedOf } from "../../review/drift/unconfirmed";
import { MAPPING, account, groupId, ruleOf } from "../support/account";
import { faults, type Schema } from "../support/json-schema";
import { PROJECT_DIR } from "../support/lab";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const OPTIONS: MappingOptions = { ...MAPPING, recertify: { days: 90, tag: "firewall-confirmed" } };

/** What has to be confirmed of one rule with these tags. */
function unconfirmed(tags: Tags | undefined, options: MappingOptions = OPTIONS) {
  const inventory = account([{ group: 1, port: 443 }]);
  if (tags) inventory.securityGroups[0]!.ingress[0]!.tags = tags;
  const { rules } = mapInventory(inventory, options);
  const permissions = Object.fromEntries(rules.map(({ rule, permission }) => [rule.name, permission]));
  const wanted = { rules: [], isolation: [], permissions, services: [], members: {} };
  return unconfirmedOf({ options, wanted }, new Account(inventory, options), NOW);
}

describe("rules that somebody has to confirm", () => {
  it("are those that nobody has confirmed for so many days, each with the command that does", () => {
    const id = "sgr-0101bb0";
    expect(unconfirmed({ "firewall-confirmed": "2026-01-01" })).to.deep.equal({
      days: 90,
      tag: "firewall-confirmed",
      rules: [
        {
          ...{ id, group: { id: groupId(1), name: "group-1" }, traffic: "TCP port 443" },
          rules: [ruleOf({ group: 1, port: 443 })],
          confirmed: "2026-01-01",
          confirm: `aws ec2 create-tags --region eu-central-1 --resources ${id} --tags 'Key=firewall-confirmed,Value=2026-11-29'`,
        },
      ],
    });
    expect(unconfirmed(undefined)?.rules[0]).to.not.have.property("confirmed");
  });

  it("are confirmed by a day that is past and not too long ago, and by nothing else", () => {
    const isListed = (value: string) => unconfirmed({ "firewall-confirmed": value })?.rules.length === 1;
    for (const value of ["2026-11-29", "2026-09-01", "2026-11-29T11:00Z"])
      expect(isListed(value), value).to.equal(false);
    for (const value of ["2026-08-31", "2026-11-30", "2999-01-01", "yes", "2026-11-29T13:00Z"]) {
      expect(isListed(value), value).to.equal(true);
    }
  });

  it("are none where nobody has to", () => {
    const { recertify, ...none } = OPTIONS;
    expect(recertify).to.not.equal(undefined);
    expect(unconfirmed({}, none)).to.equal(undefined);
  });

  it("are said in the comment, and as the schema has them", () => {
    const drift: Drift = {
      ...{ format: 1, stack: "a/b/c", summary: "No drift; 1 to confirm", drifted: false },
      firewalls: [
        {
          ...{ firewall: "edge/vsys1", findings: [], notApplied: [], held: [], shadowed: [], commits: [] },
          unused: { days: 90, rules: [], notJudged: 0 },
          unconfirmed: unconfirmed({})!,
        },
      ],
    };
    const schema = JSON.parse(readFileSync(join(PROJECT_DIR, "docs/drift.schema.json"), "utf8")) as Schema;
    expect(faults(JSON.parse(JSON.stringify(drift)), schema)).to.deep.equal([]);
    expect(markdownOf(drift)).to.match(/Not confirmed for 90 days.*\(1\)[\s\S]*never.*aws ec2 create-tags/);
  });
});
