import { expect } from "chai";
import type { Inventory, Tags } from "../../inventory/types";
import { NO_GUARDRAILS, mapWithin, type Guardrails } from "../../mapping/guardrails";
import type { MappingOptions } from "../../mapping/types";
import { GROUP, OPTIONS, inventoryWith, networkInterface, securityGroup } from "./fixtures";

const READ = "111111111111";
const OTHER = "222222222222";
const NOTHING: Tags = {};

/** What is somebody's, and which tags are shown of it. */
type Whose = Partial<Record<"vpc" | "subnet" | "group" | "interface", { ownerId: string; tags: Tags }>>;

/** One instance behind the firewall, and an interface of none in the same VPC, as one account sees them. */
function seenBy(
  whose: Whose,
  accounts: Pick<Inventory, "accountId" | "accounts" | "region"> = { accountId: READ },
): Inventory {
  const own = { ownerId: READ, tags: NOTHING };
  const open = { id: "sgr-1", cidrIpv4: "203.0.113.0/24", tags: NOTHING };
  const base = inventoryWith([]);
  return {
    ...base,
    ...accounts,
    vpcs: base.vpcs.map((each) => ({ ...each, ...own, ...whose.vpc })),
    subnets: base.subnets.map((each) => ({ ...each, ...own, ...whose.subnet })),
    instances: base.instances.map((each) => ({ ...each, ...own })),
    networkInterfaces: [
      ...base.networkInterfaces.map((each) => ({ ...each, ...own })),
      {
        ...networkInterface({ id: "eni-elb", privateIpAddresses: ["10.0.1.50"], ipv6Addresses: [] }),
        ...{ instanceId: "i-theirs", instanceOwnerId: OTHER, status: "in-use" },
        ...own,
        ...whose.interface,
      },
    ],
    securityGroups: [{ ...securityGroup([open]), ...own, ...whose.group }],
  };
}

const ALL = { interfaces: "all" } as const;
const exclude = (kind: keyof Guardrails["exclude"]): Partial<Guardrails> => ({
  exclude: { ...NO_GUARDRAILS.exclude, [kind]: ["stage=lab"] },
});

/** What each setting that goes by tags leaves of the two destinations, where tags could not be seen. */
const SETTINGS: {
  what: keyof Whose;
  guardrails?: Partial<Guardrails>;
  options?: Partial<MappingOptions>;
  left: string[];
}[] = [
  { what: "vpc", guardrails: exclude("vpcs"), left: [] },
  { what: "group", guardrails: exclude("securityGroups"), left: [] },
  { what: "interface", guardrails: exclude("instances"), left: ["10.0.1.10"] },
  { what: "group", options: { expiry: { tag: "ends", now: 0, noticeDays: 14 } }, left: [] },
  {
    what: "interface",
    options: { quarantine: { tags: { SecurityStatus: ["IR"] }, deny: false, responders: [] } },
    left: ["10.0.1.10"],
  },
];

function mapped(inventory: Inventory, guardrails: Partial<Guardrails>, options: Partial<MappingOptions>) {
  const policy = mapWithin(
    inventory,
    { ...OPTIONS, ...ALL, ...options },
    { ...NO_GUARDRAILS, ...guardrails },
  );
  return { policy, destinations: policy.rules.flatMap(({ rule }) => rule.destination) };
}

describe("tags of what another account owns", () => {
  SETTINGS.forEach(({ what, guardrails = {}, options = {}, left }) => {
    const setting = Object.keys({ ...guardrails?.exclude, ...options }).join();
    it(`weren't seen, although some may be shown: ${setting} of a ${what}`, () => {
      for (const tags of [NOTHING, { Name: "as the account that was read calls it" }]) {
        const whose = { [what]: { ownerId: OTHER, tags } };
        const { destinations, policy } = mapped(seenBy(whose), guardrails, options);
        expect(destinations).to.deep.equal(left);
        expect(policy.withheld.map(({ reason }) => reason).join()).to.include("tags were not seen");
      }
    });

    it(`were, where that account was read in this region: ${setting} of a ${what}`, () => {
      const both = [READ, OTHER].map((accountId) => ({ accountId, region: "eu-central-1" }));
      const accounts = { accounts: both, region: "eu-central-1" };
      const whose = { [what]: { ownerId: OTHER, tags: NOTHING } };
      const everybody = ["10.0.1.10", "10.0.1.50"];
      expect(mapped(seenBy(whose, accounts), guardrails, options).destinations).to.have.members(everybody);
      expect(mapped(seenBy({}), guardrails, options).destinations).to.have.members(everybody);
      const elsewhere = { [what]: { ownerId: OTHER, tags: NOTHING, region: "eu-west-1" } };
      expect(mapped(seenBy(elsewhere, accounts), guardrails, options).destinations).to.deep.equal(left);
    });
  });

  it("count where one of them is shown that is asked for", () => {
    const whose = { interface: { ownerId: OTHER, tags: { SecurityStatus: "IR" } } };
    const quarantine = { tags: { SecurityStatus: ["IR"] }, deny: true, responders: [] };
    const { policy } = mapped(seenBy(whose), {}, { quarantine });
    expect(policy.isolation?.instances.map(({ id, isMarked }) => [id, isMarked])).to.deep.equal([
      ["eni-elb", true],
    ]);
  });

  it("open nothing where they may say another zone, and that account could not be read", () => {
    const region = "eu-central-1";
    const left = { vpc: [], subnet: [], interface: ["10.0.1.10"] };
    for (const what of ["vpc", "subnet", "interface"] as const) {
      const seen = seenBy({ [what]: { ownerId: OTHER, tags: NOTHING } }, { accountId: READ, region });
      const inventory = { ...seen, unread: [{ accountId: OTHER, region, reason: "denied" }] };
      const { destinations, policy } = mapped(inventory, {}, { zones: { tags: { "tier=dmz": "dmz" } } });
      expect(destinations, what).to.deep.equal(left[what]);
      const warnings = policy.warnings.filter((text) => text.includes("zones.tags"));
      expect(warnings, what).to.have.length(1);
      expect(warnings[0]).to.include("In which zones").and.to.include("eni-elb");
    }
  });

  it("are named where zones, policies or applications go by them", () => {
    const zones = { tags: { "tier=dmz": "dmz" } };
    const warned = (whose: Whose, options: Partial<MappingOptions>) =>
      mapped(seenBy(whose), {}, options).policy.warnings.filter((text) => text.includes("were not seen"));
    const others = (tags: Tags = NOTHING) => ({ ownerId: OTHER, tags });
    expect(warned({ vpc: others(), subnet: others() }, { zones })).to.have.length(1);
    expect(warned({ vpc: others(), subnet: others() }, { zones })[0])
      .to.include("zones.tags")
      .and.to.include("subnet-1, vpc-1");
    expect(warned({ vpc: others() }, { zones: { ...zones, vpcs: { "vpc-1": "trust" } } })).to.deep.equal([]);
    expect(
      warned({ vpc: others() }, { zones: { ...zones, subnets: { "subnet-1": "trust" } } }),
    ).to.deep.equal([]);
    expect(warned({ vpc: others(), subnet: others({ tier: "dmz" }) }, { zones })).to.deep.equal([]);
    expect(warned({ vpc: others(), subnet: others() }, {})).to.deep.equal([]);
    const policies = [{ tag: "tier=db", profileGroup: "strict" }];
    expect(warned({ interface: others() }, { policies }).join())
      .to.include("policies")
      .and.to.include("eni-elb");
    const applicationsByTag = { "team=billing": { "tcp/443": "billing" } };
    expect(warned({ group: others() }, { applicationsByTag }).join()).to.include(GROUP);
  });
});
