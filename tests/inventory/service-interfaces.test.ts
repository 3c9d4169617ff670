import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NetworkInterfaceType } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { readInventory, readSnapshot, writeSnapshot } from "../../inventory";
import { readLookups } from "../../inventory/lookups";
import type { Inventory, SecurityGroupRule } from "../../inventory/types";
import { mapInventory } from "../../mapping";
import type { MappedRule, MappingOptions, Policy, Withheld } from "../../mapping/types";
import { KINDS, KINDS_WITHOUT_GROUPS, kindOf } from "../../aws/interface-kinds";
import { FIREWALL_INTERFACE, MAPPING } from "../support/account";
import { DataSources } from "../support/data-sources";
import { ec2Lists } from "../support/ec2-inventory";
import { Ec2Server } from "../support/ec2-server";
import { TestClock } from "./account";
import { BY_HAND, FILES, UNSEEN_GROUP, fleet } from "./fixtures/interfaces";
import { asLookupsSee } from "./seen";

const ALL: MappingOptions = { ...MAPPING, interfaces: "all", directions: ["ingress", "egress"] };
const idsOf = (file: (typeof FILES)[number]) =>
  file.NetworkInterfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId);

describe("a fleet with every kind of network interface", () => {
  let server: Ec2Server;
  let dataSources: DataSources;
  let ec2: Inventory;
  let lookups: Inventory;

  before(async () => {
    server = await Ec2Server.start();
    server.listsFor = ec2Lists(fleet(FIREWALL_INTERFACE));
    ec2 = await readInventory({ kind: "ec2", access: server.access });
    const { region, accessKey, secretKey } = server.access;
    dataSources = new DataSources({ url: server.url, region, accessKey, secretKey });
    await dataSources.use();
    lookups = await readLookups({ withoutInstance: true }, new TestClock());
  });
  after(async () => {
    dataSources.close();
    await server.close();
  });

  it("gives what an engineer writes by hand, through both sources, and accounts for each interface", () => {
    for (const inventory of [ec2, lookups]) {
      const policy = mapInventory(inventory, ALL);
      const isWhole = inventory === ec2;
      const written = new Map(FILES.map((file) => [file.name, linesOf(file, inventory, policy)]));
      const wanted = new Map(FILES.map(({ name }) => [name, byHand(name, isWhole)]));
      expect(Object.fromEntries(written)).to.deep.equal(Object.fromEntries(wanted));
      expect(policy.leftOut.isComplete).to.equal(true);
      const counted = policy.leftOut.kinds.flatMap(({ ids }) => ids);
      expect([...policy.protectedInterfaces, ...counted].sort()).to.deep.equal(
        inventory.networkInterfaces.map(({ id }) => id),
      );
      expect(policy.warnings.filter((each) => each.includes(UNSEEN_GROUP))).to.have.length(1);
    }
    expect([...BY_HAND.keys()]).to.have.members(FILES.map(({ name }) => name));
  });

  it("is known by kind, each that there is, through both sources", () => {
    const kinds = new Map(FILES.flatMap((file) => idsOf(file).map((id) => [id, file.Kind] as const)));
    for (const { networkInterfaces } of [ec2, lookups]) {
      for (const each of networkInterfaces) {
        const isInstances = each.instanceId !== undefined && each.instanceOwnerId === undefined;
        expect(isInstances ? "instance" : kindOf(each), each.id).to.equal(kinds.get(each.id));
      }
    }
    expect(new Set(kinds.values())).to.deep.equal(new Set([...KINDS, ...KINDS_WITHOUT_GROUPS, "instance"]));
  });

  it("has every type of interface that EC2's SDK knows, by a kind unless it is an instance's", () => {
    const { interface: usual, efa, efa_only: efaOnly, trunk, ...types } = NetworkInterfaceType;
    for (const type of Object.values(types)) {
      expect(kindOf({ interfaceType: type }), type).to.not.equal("other");
    }
    for (const type of [usual, efa, efaOnly, trunk])
      expect(kindOf({ interfaceType: type })).to.equal("other");
  });

  it("is the same to both sources, but for those that nothing uses, which only one list has", () => {
    // The list is asked for those that something uses, whatever AWS calls it.
    const asListed = { ...ec2, networkInterfaces: ec2.networkInterfaces.map(inUse) };
    expect(asLookupsSee(asListed, lookups)).to.deep.equal(lookups);
    const ids = (inventory: Inventory) => inventory.networkInterfaces.map(({ id }) => id);
    const unused = ec2.networkInterfaces.filter(({ status }) => status === "available").map(({ id }) => id);
    const stopped = ["instance-stopped"].flatMap((name) => idsOf(FILES.find((file) => file.name === name)!));
    expect(ids(ec2).filter((id) => !ids(lookups).includes(id))).to.deep.equal(unused);
    expect(ids(lookups)).to.include.members(stopped);
  });

  it("stays as it is in a snapshot", async () => {
    const folder = await mkdtemp(join(tmpdir(), "interfaces-"));
    for (const inventory of [ec2, lookups]) {
      await writeSnapshot(join(folder, "account.json"), inventory);
      expect(await readSnapshot(join(folder, "account.json"))).to.deep.equal(inventory);
    }
    await rm(folder, { recursive: true });
  });

  it("comes by kind where a list names some, and with its instances alone where nothing is said", () => {
    const idsOfKinds = (...kinds: string[]) =>
      FILES.filter(
        ({ Kind, name }) => kinds.includes(Kind) && !byHand(name, true).join().includes("left out"),
      )
        .flatMap(idsOf)
        .sort();
    const mapped = (interfaces: NonNullable<MappingOptions["interfaces"]>) =>
      mapInventory(ec2, { ...ALL, interfaces }).protectedInterfaces;
    expect(mapped(["rds", "lambda"])).to.deep.equal(idsOfKinds("rds", "lambda", "instance"));
    expect(mapped("instances")).to.deep.equal(idsOfKinds("instance"));
    // What had no name of its own before goes on being meant by `other`.
    const named = (name: string) => idsOf(FILES.find((file) => file.name === name)!);
    const since = ["resource-gateway", "client-vpn", "evs", "vpc-endpoint-colon", "efs-mount-target"];
    expect(mapped(["other"])).to.deep.equal(
      [...idsOfKinds("other", "instance"), ...since.flatMap(named)].sort(),
    );
    expect(mapped(["vpc_endpoint"])).to.include.members(named("vpc-endpoint-colon"));
  });
});

function inUse(each: Inventory["networkInterfaces"][number]) {
  return each.status === "associated" ? { ...each, status: "in-use" } : each;
}

/** What an engineer writes, as far as a source can know it. */
function byHand(name: string, isWhole: boolean): string[] {
  const without = "without what has a star, ";
  const lines = (BY_HAND.get(name) ?? []).flatMap((line) => {
    if (line.startsWith(without)) return isWhole ? [] : [line.slice(without.length)];
    if (isWhole) return [line.replaceAll("*", "")];
    const known = line.replaceAll(/ \S+\*/g, "");
    return line.endsWith("uses*") || known.endsWith("→") ? [] : [known];
  });
  return lines.sort();
}

/** What becomes of a file's interfaces and permissions. */
function linesOf(file: (typeof FILES)[number], inventory: Inventory, policy: Policy): string[] {
  const own = new Set(file.SecurityGroupRules.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId));
  const isOwn = ({ permission }: Pick<MappedRule, "permission">) =>
    permission.ruleIds.some((id) => own.has(id));
  const left = policy.leftOut.kinds.filter(({ ids }) => idsOf(file).some((id) => ids.includes(id)));
  const isMapped = idsOf(file).some((id) => policy.protectedInterfaces.includes(id));
  const groups = file.NetworkInterfaces.flatMap(({ Groups }) => Groups.map(({ GroupId }) => GroupId));
  const others = FILES.filter(
    ({ SecurityGroupRules, name }) =>
      own.size === 0 &&
      name !== file.name &&
      SecurityGroupRules.some(({ GroupId }) => groups.includes(GroupId)),
  );
  return [
    ...left.map(({ kind }) => `left out: ${kind}`),
    ...(isMapped ? others.map(({ name }) => `with ${name}`) : []),
    ...policy.rules.filter(isOwn).map((each) => ruleLine(each, policy)),
    ...policy.withheld.filter(isOwn).flatMap((each) => withheldLines(each, inventory)),
  ].sort();
}

function ruleLine({ rule, permission }: MappedRule, policy: Policy): string {
  const services = policy.services.filter(({ name }) => rule.service.includes(name));
  const traffic = services.map(({ protocol, port }) => `${protocol}/${port}`).join() || "all";
  const direction = permission.direction === "ingress" ? "in" : "out";
  return `${direction} ${traffic} ${rule.source.join(" ")} → ${rule.destination.join(" ")}`;
}

function withheldLines({ permission, reason, isElsewhere }: Withheld, inventory: Inventory): string[] {
  const { direction, ruleIds, ipProtocol, fromPort, toPort } = permission;
  const why = !isElsewhere
    ? "withheld"
    : / has an? \S+ address/.test(reason)
      ? "no address of its family"
      : "stays in the VPC";
  const ports = fromPort === toPort ? String(fromPort) : `${fromPort}-${toPort}`;
  const traffic = ipProtocol === "-1" ? "all" : `${ipProtocol}/${ports}`;
  const rules = inventory.securityGroups.flatMap(({ ingress, egress = [] }) => [...ingress, ...egress]);
  return rules
    .filter(({ id }) => ruleIds.includes(id))
    .map((rule) => `${why}: ${traffic} ${direction === "ingress" ? "in from" : "out to"} ${peerOf(rule)}`);
}

function peerOf({ cidrIpv4, cidrIpv6, referencedSecurityGroupId }: SecurityGroupRule): string {
  return cidrIpv4 ?? cidrIpv6 ?? referencedSecurityGroupId ?? "";
}
