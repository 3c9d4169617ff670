import { expect } from "chai";
import type { Entry } from "../../../aws/flow-logs/record";
import type { Inventory, SecurityGroupRule } from "../../../inventory/types";
import { mapWithin } from "../../../mapping/guardrails";
import { addressTexts } from "../../../mapping/routing";
import type { RulebaseRule } from "../../../panos/policy";
import { factsBetween } from "../../../review/change/between";
import { evidenceOf, type Evidence } from "../../../review/evidence/evidence";
import { Tally } from "../../../review/evidence/tally";
import { theirs } from "../../mapping/fixtures";
import { account, groupId, ruleOf, type Permission } from "../../support/account";
import { START } from "../../support/flow-logs";
import { settingsOf } from "../../support/offline-settings";

const WEB: Permission = { group: 1, port: 443, cidr: "0.0.0.0/0" };
const SSH: Permission = { group: 2, port: 22, cidr: "203.0.113.0/24" };
const WIDE: Permission = { group: 1, port: 8000, toPort: 8100, cidr: "203.0.113.0/24" };
const [FIRST, SECOND] = ["eni-0a1", "eni-0a2"];
const HOUR = 3600;
const HOURS = 48;

interface Peer {
  /** The interface of group 1 unless told otherwise. */
  group?: number;
  from: string;
  port: number;
  protocol?: number;
  /** SYN unless told otherwise. */
  flags?: number;
  sourcePort?: number;
  /** From the interface to the peer's port. */
  out?: boolean;
}

function flowOf({
  group = 1,
  from,
  port,
  protocol = 6,
  flags = 2,
  sourcePort = 40_000,
  out = false,
}: Peer): Entry {
  const own = `10.0.0.${group}`;
  return {
    kind: "flow",
    record: {
      interfaceId: `eni-0a${group}`,
      ...(out ? { source: own, destination: from } : { source: from, destination: own }),
      ...{
        sourcePort,
        destinationPort: port,
        protocol,
        flags,
        start: START + HOUR,
        end: START + HOUR,
        isAccepted: true,
      },
    },
  };
}

/** Both interfaces were watched all the time. */
const WATCHED: Entry[] = [FIRST, SECOND].flatMap((interfaceId) =>
  Array.from({ length: HOURS + 1 }, (_, hour): Entry => {
    const start = START + hour * HOUR;
    return { kind: "no data", interfaceId, start, end: start };
  }),
);

interface World {
  inventory?: Inventory;
  entries: Entry[];
  /** Settings. */
  more?: Record<string, unknown>;
  /** What the firewall has above its cleanup rule, and at it and below: then it is known. */
  above?: RulebaseRule[];
  below?: RulebaseRule[];
}

function complete(permissions: readonly Permission[] = [WEB, WIDE, SSH]): Inventory {
  return { ...account(permissions), complete: true };
}

function evidence({ inventory = complete(), entries, more = {}, above, below }: World): Evidence {
  const settings = settingsOf(more);
  const [firewall] = settings.firewalls;
  const mapped = mapWithin(inventory, firewall!.mapping, settings.guardrails);
  const [facts] = factsBetween(inventory, inventory, settings, "dev").firewalls;
  const known = { interfaceIds: new Set<string>(), vpcIds: new Set<string>() };
  const tally = new Tally(
    new Map(inventory.networkInterfaces.map((each) => [each.id, addressTexts(each)])),
    known,
  );
  for (const entry of entries) tally.take(entry);
  if (above ?? below) {
    const cleanup = facts!.running.rules.slice(-1);
    facts!.running = { ...facts!.running, rules: [...(above ?? []), ...(below ?? cleanup)] };
  }
  const given = {
    stack: "dev",
    inventory,
    facts: facts!,
    mapped,
    knowsOthers: (above ?? below) !== undefined,
  };
  return evidenceOf(tally.observed(), given);
}

const use = ({ rules }: Evidence, permission: Permission) => {
  const { port, toPort } = permission;
  const name = toPort === undefined ? ruleOf(permission) : `${ruleOf(permission)}-${toPort}`;
  return rules.find(({ rule }) => rule === name && port > 0)!;
};

describe("evidence of flow logs", () => {
  it("says by whom a rule was used, how often and when, the most frequent first", () => {
    const often = { from: "198.51.100.7", port: 443 };
    const { state, seen, by, watched } = use(
      evidence({
        entries: [...WATCHED, flowOf({ from: "203.0.113.9", port: 443 }), flowOf(often), flowOf(often)],
      }),
      WEB,
    );
    expect(state).to.equal("used");
    expect(seen).to.deep.include({
      count: 3,
      first: "2026-11-01T01:00:00Z",
      peers: ["198.51.100.7", "203.0.113.9"],
    });
    expect(by.map(({ peer, count }) => [peer, count])).to.deep.equal([
      ["198.51.100.7", 2],
      ["203.0.113.9", 1],
    ]);
    expect(watched).to.deep.equal({ from: "2026-11-01T00:00:00Z", to: "2026-11-03T00:00:00Z" });
  });

  it("says perhaps where it can't be told who is the server", () => {
    const entries = [...WATCHED, flowOf({ from: "203.0.113.9", port: 8005, flags: 0, sourcePort: 8006 })];
    expect(use(evidence({ entries }), WIDE)).to.deep.include({ state: "perhaps" });
  });

  describe("where nothing but ports tell who is the server", () => {
    const client = { from: "203.0.113.9", flags: 0 };
    for (const [what, port, protocol, sourcePort] of [
      ["of UDP, from a client behind NAT", 51_820, 17, 20_000],
      ["of TCP without flags, from a client behind NAT", 50_051, 6, 20_000],
      ["from a port that servers have", 3389, 6, 443],
    ] as const) {
      it(`is no permission unused that a flow fits read the other way: ${what}`, () => {
        const inventory = complete();
        const [rule] = inventory.securityGroups[0]!.ingress;
        rule!.fromPort = rule!.toPort = port;
        rule!.ipProtocol = protocol === 6 ? "tcp" : "udp";
        const { rules, narrower, times, unsure } = evidence({
          inventory,
          entries: [...WATCHED, flowOf({ ...client, port, protocol, sourcePort })],
          above: [theirs("out", { from: ["trust"], to: ["untrust"] })],
        });
        const found = rules.find(({ rule: name }) => name.includes(`-${port}`))!;
        expect([found.state, found.seen?.count]).to.deep.equal(["perhaps", 1]);
        expect(
          narrower.filter(({ instead, rule: id }) => id === rule!.id && instead.length === 0),
        ).to.deep.equal([]);
        // Either way it is let through.
        expect(times).to.include({ notJudged: 0, cut: 0 });
        expect(unsure).to.deep.equal([]);
      });
    }

    it("is used what they make likely, where no permission fits the other way", () => {
      const entries = [...WATCHED, flowOf({ ...client, port: 443, sourcePort: 40_000 })];
      expect(use(evidence({ entries }), WEB)).to.deep.include({ state: "used" });
      const both = { "aws-panos-rules:directions": ["ingress", "egress"] };
      expect(use(evidence({ entries, more: both }), WEB)).to.deep.include({ state: "used" });
      const inventory = complete();
      const out = { id: "sgr-0fe", ipProtocol: "-1", fromPort: -1, toPort: -1, cidrIpv4: "0.0.0.0/0" };
      inventory.securityGroups[0]!.egress = [out];
      expect(use(evidence({ entries, inventory, more: both }), WEB)).to.deep.include({ state: "perhaps" });
    });

    it("may be cut what is cut one way", () => {
      const inventory = complete();
      inventory.securityGroups[0]!.egress = [
        { id: "sgr-0fe", ipProtocol: "tcp", fromPort: 40_000, toPort: 40_000, cidrIpv4: "0.0.0.0/0" },
      ];
      const more = { "aws-panos-rules:directions": ["ingress", "egress"] };
      const stray = flowOf({ from: "192.0.2.77", flags: 0, port: 9999 });
      const { cut, unsure } = evidence({ inventory, entries: [stray], more });
      expect(cut).to.deep.equal([]);
      expect(unsure.map(({ port, direction, because }) => [port, direction, because])).to.deep.equal([
        ["tcp/9999 or tcp/40000", "unknown", "the logs don't say which end is the server"],
      ]);
      expect(evidence({ entries: [stray], more }).cut).to.have.length(1);
    });
  });

  describe("of a rule that nothing was seen of", () => {
    const state = (entries: Entry[]) => {
      const { state: found, because } = use(evidence({ entries }), SSH);
      return [found, ...because].join(": ");
    };

    it("says that it is unused, where its interfaces were watched all the time", () => {
      expect(state(WATCHED)).to.equal("unused");
      // Refused traffic is no use.
      const refused = flowOf({ group: 2, from: "203.0.113.9", port: 22 }) as Extract<Entry, { kind: "flow" }>;
      refused.record.isAccepted = false;
      expect(state([...WATCHED, refused])).to.equal("unused");
    });

    for (const [what, entries, because] of [
      [
        "records were skipped",
        [...WATCHED, { kind: "skipped", interfaceId: SECOND, start: START, end: START }],
        /SKIPDATA/,
      ],
      ["an hour is missing", WATCHED.filter((_, at) => at !== HOURS + 5), /nothing of 1 hour between/],
      ["its interface isn't in the logs", WATCHED.slice(0, HOURS + 1), /eni-0a2: not in the logs/],
      ["its records end before the others", WATCHED.slice(0, -5), /end before the logs do/],
      ["a line can't be made out", [...WATCHED, { kind: "malformed" }], /1 line could not be made out/],
      [
        "something was accepted by an interface that is gone",
        [...WATCHED, flowOf({ group: 7, from: "203.0.113.9", port: 22 })],
        /the inventory doesn't have/,
      ],
      ["there is nothing at all", [], /not in the logs/],
    ] as [string, Entry[], RegExp][]) {
      it(`doesn't say so where ${what}`, () => {
        expect(state(entries))
          .to.match(/^not seen: /)
          .and.to.match(because);
      });
    }
  });

  describe("of what would be cut", () => {
    const from = "192.0.2.77";

    it("names it, with who and when, and why", () => {
      const { cut, times } = evidence({
        entries: [flowOf({ from, port: 9999 }), flowOf({ from: "192.0.2.78", port: 9999 })],
      });
      expect(cut).to.have.length(1);
      expect(cut[0]).to.deep.include({
        ...{
          interfaceId: FIRST,
          instanceId: "i-0a1",
          name: "host-1",
          direction: "ingress",
          port: "tcp/9999",
        },
        ...{ count: 2, isSure: true, because: "no rule of ours lets it through" },
      });
      expect(cut[0]!.text).to.equal(
        "would be cut: seen 2 times since 2026-11-01, last 2026-11-01, from 192.0.2.77, 192.0.2.78",
      );
      expect(times).to.include({ cut: 2, allowedByOurs: 0 });
    });

    it("counts only what crosses the firewall", () => {
      const inventory = complete();
      inventory.routeTables[0]!.routes.unshift({ destinationCidrBlock: "192.0.2.0/24", gatewayId: "vgw-0a" });
      const { cut, times } = evidence({
        inventory,
        entries: [flowOf({ from, port: 9999 }), flowOf({ from: "10.0.0.2", port: 9999 })],
      });
      expect(cut).to.deep.equal([]);
      expect(times).to.include({ notCrossing: 2 });
    });

    it("takes outbound flows for none of its business, where neither it nor anybody known has rules about them", () => {
      const out = flowOf({ from, port: 443, out: true });
      expect(evidence({ entries: [out] }).times).to.include({ notJudged: 1, cut: 0 });
      expect(evidence({ entries: [out], above: [] }).times).to.include({ notJudged: 0, cut: 1 });
      const both = { "aws-panos-rules:directions": ["ingress", "egress"] };
      expect(evidence({ entries: [out], more: both }).times).to.include({ cut: 1 });
    });

    it("asks of both readings where it can't be told who is the server", () => {
      const unknown = { flags: 0, sourcePort: 8006 };
      const allow = theirs("out", { from: ["trust"], to: ["untrust"] });
      const judged = (peer: Partial<Peer>, above: RulebaseRule[]) =>
        Object.entries(
          evidence({ entries: [flowOf({ from, port: 8005, ...unknown, ...peer })], above }).times,
        )
          .filter(([, count]) => count > 0)
          .map(([outcome]) => outcome);
      expect(judged({}, [])).to.deep.equal(["cut"]);
      expect(judged({}, [allow])).to.deep.equal(["unsure"]);
      expect(judged({ from: "203.0.113.9" }, [allow])).to.deep.equal(["allowedByOurs"]);
    });

    describe("with the administrator's rules", () => {
      const entries = [flowOf({ from, port: 9999 })];
      const rule = (more: Partial<RulebaseRule>) => theirs("theirs", more);
      const outcome = (above: RulebaseRule[], below?: RulebaseRule[]) => {
        const { cut, unsure, times } = evidence({ entries, above, ...(below && { below }) });
        const [found] = Object.entries(times).find(([, count]) => count > 0) ?? [];
        return [found, ...[...cut, ...unsure].map(({ because }) => because)].join(": ");
      };

      it("says what these let through, stop, and may do", () => {
        expect(outcome([rule({})])).to.equal("allowedByOthers");
        expect(outcome([rule({ source: ["192.0.2.0/24"], destination: ["10.0.0.1"] })])).to.equal(
          "allowedByOthers",
        );
        expect(outcome([rule({ source: ["198.51.100.0/24"] })])).to.equal("cut: rule cleanup stops it");
        expect(outcome([rule({ action: "deny" }), rule({ name: "late" })])).to.equal(
          "cut: rule theirs stops it",
        );
        expect(outcome([rule({ disabled: true })])).to.equal("cut: rule cleanup stops it");
        const unknown = "what theirs takes of it is known to the firewall only";
        expect(outcome([rule({ conditions: ["source-user"] })])).to.equal(`unsure: ${unknown}`);
        expect(outcome([rule({ application: ["ssh"] })])).to.equal(`unsure: ${unknown}`);
        expect(outcome([rule({ action: "deny", application: ["ssh"] }), rule({ name: "late" })])).to.equal(
          `unsure: ${unknown}`,
        );
      });

      it("goes by what stands at the cleanup rule and below it, too", () => {
        const cleanup = theirs("cleanup", { action: "deny", source: ["198.51.100.0/24"] });
        expect(outcome([], [cleanup, rule({})])).to.equal("allowedByOthers");
        expect(outcome([], [cleanup])).to.equal("cut: no rule lets it through");
      });

      it("says of what no rule lets through now either that it is so", () => {
        expect(evidence({ entries, above: [] }).cut[0]).to.include({ isCutNow: true });
      });
    });

    it("says may of ICMP where a rule lets in one type of it, as the logs have none", () => {
      const inventory = complete();
      const ping: SecurityGroupRule = {
        id: "sgr-0ff",
        ipProtocol: "icmp",
        fromPort: 8,
        toPort: -1,
        cidrIpv4: "0.0.0.0/0",
      };
      const entries = [flowOf({ from, port: 0, sourcePort: 0, protocol: 1, flags: 0 })];
      expect(evidence({ inventory, entries }).times).to.include({ unsure: 1 });
      inventory.securityGroups[0]!.ingress.push({ ...ping, fromPort: -1 });
      expect(evidence({ inventory, entries }).times).to.include({ allowedByOurs: 1 });
      inventory.securityGroups[0]!.ingress.splice(-1, 1, ping);
      expect(evidence({ inventory, entries }).times).to.include({ unsure: 1 });
    });
  });

  describe("of what could be narrowed", () => {
    const [wide] = complete().securityGroups[0]!.ingress.filter(({ fromPort }) => fromPort === 8000);
    const narrowed = (world: World) => evidence(world).narrower.find(({ rule }) => rule === wide!.id);
    const seen = [flowOf({ from: "203.0.113.9", port: 8005 }), flowOf({ from: "203.0.113.20", port: 8006 })];

    it("proposes ports and sources as commands to copy, first what is allowed", () => {
      const found = narrowed({ entries: [...WATCHED, ...seen] });
      expect(found).to.deep.include({
        instead: ["TCP ports 8005 to 8006 from 203.0.113.9/32, 203.0.113.20/32"],
        ...{ traffic: "TCP ports 8000 to 8100", cidr: "203.0.113.0/24", doubts: [] },
        watched: { from: "2026-11-01T00:00:00Z", to: "2026-11-03T00:00:00Z" },
      });
      const group = `--region eu-central-1 --group-id ${groupId(1)}`;
      const permissions = [
        {
          ...{ IpProtocol: "tcp", FromPort: 8005, ToPort: 8006 },
          IpRanges: [{ CidrIp: "203.0.113.9/32" }, { CidrIp: "203.0.113.20/32" }],
        },
      ];
      expect(found!.commands).to.deep.equal([
        `aws ec2 authorize-security-group-ingress ${group} --ip-permissions '${JSON.stringify(permissions)}'`,
        `aws ec2 revoke-security-group-ingress ${group} --security-group-rule-ids ${wide!.id}`,
      ]);
    });

    it("keeps what comes to whoever carries the group, whether it crosses the firewall or not", () => {
      const inventory = complete();
      Object.assign(
        inventory.securityGroups[0]!.ingress.find(({ id }) => id === wide!.id)!,
        { cidrIpv4: "0.0.0.0/0" },
      );
      const inside = flowOf({ from: "10.0.0.2", port: 8005 });
      inventory.networkInterfaces.push({
        ...inventory.networkInterfaces[0]!,
        ...{ id: "eni-0a9", instanceId: "i-0a9", subnetId: "subnet-0b", privateIpAddresses: ["10.0.0.9"] },
      });
      inventory.subnets.push({ id: "subnet-0b", vpcId: "vpc-0a", routeTableId: "rtb-0b" });
      inventory.routeTables.push({ id: "rtb-0b", vpcId: "vpc-0a", routes: [] });
      const other = flowOf({ group: 9, from: "198.51.100.1", port: 8005 });
      const all = [
        ...WATCHED,
        ...WATCHED.slice(0, HOURS + 1).map((entry): Entry => ({
          ...(entry as { kind: "no data"; start: number; end: number; interfaceId: string }),
          interfaceId: "eni-0a9",
        })),
      ];
      expect(narrowed({ inventory, entries: [...all, inside, other] })!.instead).to.deep.equal([
        "TCP port 8005 from 10.0.0.2/32, 198.51.100.1/32",
      ]);
      // Whom nobody watched may need anything.
      expect(narrowed({ inventory, entries: [...WATCHED, inside] })).to.be.undefined;
    });

    it("keeps what may have been meant, where it can't be told who is the server", () => {
      const unknown = flowOf({ from: "203.0.113.77", port: 8050, flags: 0, sourcePort: 9000 });
      expect(narrowed({ entries: [...WATCHED, ...seen, unknown] })!.instead).to.deep.equal([
        "TCP ports 8005 to 8006 from 203.0.113.9/32, 203.0.113.20/32, 203.0.113.77/32",
        "TCP port 8050 from 203.0.113.9/32, 203.0.113.20/32, 203.0.113.77/32",
      ]);
    });

    it("tells many peers as networks, and proposes none where even these are too many", () => {
      const many = (of: (at: number) => string) =>
        Array.from({ length: 40 }, (_, at) => flowOf({ from: of(at), port: 443 }));
      const web = (entries: Entry[]) => {
        const { narrower } = evidence({ entries: [...WATCHED, ...entries] });
        return narrower.find(({ traffic }) => traffic === "TCP port 443")?.instead;
      };
      expect(web(many((at) => `198.51.100.${at * 3}`))).to.deep.equal(["TCP port 443 from 198.51.100.0/24"]);
      expect(web(many((at) => `198.${at * 2}.100.1`))).to.be.undefined;
    });

    it("proposes that a rule goes of which nothing was seen, only where the logs have everything", () => {
      expect(narrowed({ entries: WATCHED })).to.deep.include({ instead: [] });
      expect(narrowed({ entries: WATCHED })!.commands).to.have.length(1);
      expect(narrowed({ entries: [...WATCHED, { kind: "malformed" }] })).to.be.undefined;
      expect(narrowed({ entries: [...WATCHED, ...seen, { kind: "malformed" }] })!.doubts).to.have.length(1);
    });

    it("authorizes nothing that the group has already", () => {
      const inventory = complete();
      inventory.securityGroups[0]!.ingress.push({
        ...wide!,
        id: "sgr-0ee",
        fromPort: 8005,
        toPort: 8005,
        cidrIpv4: "203.0.113.9/32",
      });
      const { commands } = narrowed({ inventory, entries: [...WATCHED, seen[0]!] })!;
      expect(commands).to.have.length(1);
      expect(commands[0]).to.match(/^aws ec2 revoke/);
    });

    it("proposes nothing where others may carry the group whom the inventory doesn't have", () => {
      const inventory = { ...complete(), complete: false };
      expect(narrowed({ inventory, entries: [...WATCHED, ...seen] })).to.be.undefined;
    });
  });
});
