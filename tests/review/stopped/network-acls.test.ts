import { expect } from "chai";
import type { NetworkAcl, NetworkAclEntry } from "../../../inventory/filters";
import type { Inventory } from "../../../inventory/types";
import { parseCidr, type Cidr } from "../../../lib/net/cidr";
import { overlaps } from "../../../lib/net/intervals";
import type { Traffic } from "../../../lib/net/protocols";
import { NetworkAcls, type Judged } from "../../../review/stopped/network-acls";
import { randomOf } from "../../mapping/oracle/random";
import { denialText, howMuch, unknownText } from "../../../review/stopped/words";

const HTTPS: Traffic = { protocol: "tcp", fromPort: 443, toPort: 443 };

type Entry = Partial<NetworkAclEntry> & { ruleNumber: number };

/** Allows all IPv4, unless it says otherwise. */
function entry(given: Entry): NetworkAclEntry {
  const family = given.ipv6CidrBlock === undefined ? { cidrBlock: "0.0.0.0/0" } : {};
  return { egress: false, ruleAction: "allow", protocol: "-1", ...family, ...given };
}

const OUT = entry({ ruleNumber: 100, egress: true });

function acl(id: string, subnetIds: string[], entries: Entry[], more: Partial<NetworkAcl> = {}): NetworkAcl {
  return { id, vpcId: "vpc-1", isDefault: false, subnetIds, entries: entries.map(entry), ...more };
}

const SUBNETS: Inventory["subnets"] = ["subnet-1", "subnet-2"].map((id) => ({
  ...{ id, vpcId: "vpc-1", routeTableId: "rtb-1" },
}));

function blocks(...texts: string[]): Cidr[] {
  return texts.map((text) => parseCidr(text)!);
}

function judge(networkAcls: NetworkAcl[], asked: Partial<Judged> = {}) {
  const stopped = new NetworkAcls({ subnets: SUBNETS, filters: { networkAcls, unread: [] } }).stopped({
    ...{ direction: "ingress", far: blocks("203.0.113.0/24"), traffic: HTTPS, subnetIds: ["subnet-1"] },
    ...asked,
  });
  return [
    stopped.denials.length === 0 ? undefined : howMuch(stopped.isWhole),
    ...stopped.denials.map(denialText),
    ...unknownText(stopped),
  ];
}

const ALL = "AWS stops all of it";
const PART = "AWS stops a part of it";

describe("network ACLs", () => {
  it("let through what the entries with the lowest numbers allow, there and back", () => {
    expect(judge([acl("acl-1", ["subnet-1"], [OUT, { ruleNumber: 100 }])])).to.deep.equal([undefined]);
  });

  it("are judged in the order of their entries' numbers, whatever order EC2 gives", () => {
    const deny = { ruleNumber: 90, ruleAction: "deny" as const };
    expect(judge([acl("acl-1", ["subnet-1"], [OUT, { ruleNumber: 100 }, deny])])).to.deep.equal([
      ALL,
      "network ACL acl-1 denies tcp/443 from 203.0.113.0/24, into subnet-1 (inbound entry 90)",
    ]);
    expect(
      judge([acl("acl-1", ["subnet-1"], [OUT, { ...deny, ruleNumber: 101 }, { ruleNumber: 100 }])]),
    ).to.deep.equal([undefined]);
  });

  it("deny what no entry fits", () => {
    const http = { ruleNumber: 100, protocol: "6", portRange: { from: 80, to: 80 } };
    expect(judge([acl("acl-1", ["subnet-1"], [OUT, http])])).to.deep.equal([
      ALL,
      "network ACL acl-1 denies tcp/443 from 203.0.113.0/24, into subnet-1 (inbound entry *)",
    ]);
  });

  it("deny a part: some sources, some ports, some subnets", () => {
    const some = { ruleNumber: 10, ruleAction: "deny" as const, cidrBlock: "203.0.113.128/25" };
    expect(judge([acl("acl-1", ["subnet-1"], [OUT, some, { ruleNumber: 100 }])])).to.deep.equal([
      PART,
      "network ACL acl-1 denies tcp/443 from 203.0.113.128/25, into subnet-1 (inbound entry 10)",
    ]);
    const low = { ruleNumber: 100, protocol: "6", portRange: { from: 0, to: 8079 } };
    expect(
      judge([acl("acl-1", ["subnet-1"], [OUT, low])], {
        traffic: { protocol: "tcp", fromPort: 8000, toPort: 8100 },
      }),
    ).to.deep.equal([
      PART,
      "network ACL acl-1 denies tcp/8080-8100 from 203.0.113.0/24, into subnet-1 (inbound entry *)",
    ]);
    const two = [
      acl("acl-1", ["subnet-1"], [OUT, { ruleNumber: 100 }]),
      acl("acl-2", ["subnet-2"], [OUT, { ruleNumber: 1, ruleAction: "deny" }]),
    ];
    expect(judge(two, { subnetIds: ["subnet-1", "subnet-2"] })).to.deep.equal([
      PART,
      "network ACL acl-2 denies tcp/443 from 203.0.113.0/24, into subnet-2 (inbound entry 1)",
    ]);
  });

  it("deny answers, which need an entry of their own", () => {
    const answers = (from: number, more: Partial<NetworkAclEntry> = {}): Entry => ({
      ...{ ruleNumber: 100, egress: true, protocol: "6", portRange: { from, to: 65535 } },
      ...more,
    });
    const into = { ruleNumber: 100 };
    expect(judge([acl("acl-1", ["subnet-1"], [into, answers(1024)])])).to.deep.equal([undefined]);
    expect(judge([acl("acl-1", ["subnet-1"], [into, answers(32768)])])).to.deep.equal([
      PART,
      "network ACL acl-1 denies the answers, tcp/1024-32767 to 203.0.113.0/24, out of subnet-1 (outbound entry *)",
    ]);
    const none = "the answers, tcp/1024-65535 to 203.0.113.0/24, out of subnet-1";
    expect(judge([acl("acl-1", ["subnet-1"], [into])])).to.deep.equal([
      ALL,
      `network ACL acl-1 denies ${none} (outbound entry *)`,
    ]);
    expect(
      judge([acl("acl-1", ["subnet-1"], [into, answers(1024, { ruleAction: "deny" }), OUT])]),
    ).to.deep.equal([ALL, `network ACL acl-1 denies ${none} (outbound entry 100)`]);
  });

  it("are judged the other way for what leaves", () => {
    const https = { ruleNumber: 100, egress: true, protocol: "6", portRange: { from: 443, to: 443 } };
    const back = { ruleNumber: 100, protocol: "6", portRange: { from: 1024, to: 65535 } };
    const out = { direction: "egress" as const };
    expect(judge([acl("acl-1", ["subnet-1"], [https, back])], out)).to.deep.equal([undefined]);
    expect(judge([acl("acl-1", ["subnet-1"], [back])], out)).to.deep.equal([
      ALL,
      "network ACL acl-1 denies tcp/443 to 203.0.113.0/24, out of subnet-1 (outbound entry *)",
    ]);
  });

  it("tell types and codes of ICMP apart, and ask for a ping's reply alone", () => {
    const icmp = (number: number, type: number, egress = false): Entry => ({
      ...{ ruleNumber: number, egress, protocol: "1", icmpTypeCode: { type, code: -1 } },
    });
    const ping = { traffic: { protocol: "icmp", type: 8, code: -1 } as Traffic };
    expect(judge([acl("acl-1", ["subnet-1"], [icmp(1, 8), icmp(1, 0, true)])], ping)).to.deep.equal([
      undefined,
    ]);
    expect(judge([acl("acl-1", ["subnet-1"], [icmp(1, 8), icmp(1, 3, true)])], ping)).to.deep.equal([
      ALL,
      "network ACL acl-1 denies the answers, ICMP type 0 to 203.0.113.0/24, out of subnet-1 (outbound entry *)",
    ]);
    const gone = { traffic: { protocol: "icmp", type: 3, code: 4 } as Traffic };
    expect(judge([acl("acl-1", ["subnet-1"], [icmp(1, 3)])], gone)).to.deep.equal([undefined]);
    expect(judge([acl("acl-1", ["subnet-1"], [icmp(1, 8)])], gone)).to.deep.equal([
      ALL,
      "network ACL acl-1 denies ICMP type 3 code 4 from 203.0.113.0/24, into subnet-1 (inbound entry *)",
    ]);
  });

  it("hold each family by itself", () => {
    const both = { far: blocks("0.0.0.0/0", "::/0") };
    const entries = [OUT, { ruleNumber: 100 }];
    expect(judge([acl("acl-1", ["subnet-1"], entries)], both)).to.deep.equal([
      PART,
      "network ACL acl-1 denies tcp/443 from ::/0, into subnet-1 (inbound entry *)",
    ]);
    const v6 = [false, true].map((egress) => ({ ruleNumber: 101, egress, ipv6CidrBlock: "::/0" }));
    expect(judge([acl("acl-1", ["subnet-1"], [...entries, ...v6])], both)).to.deep.equal([undefined]);
    const everything = { ...both, traffic: { protocol: "all" } as Traffic };
    expect(judge([acl("acl-1", ["subnet-1"], [...entries, ...v6])], everything)).to.deep.equal([undefined]);
    expect(judge([acl("acl-1", ["subnet-1"], v6)], everything)).to.deep.equal([
      PART,
      "network ACL acl-1 denies everything from 0.0.0.0/0, into subnet-1 (inbound entry *)",
    ]);
  });

  it("are judged as packet by packet, whatever their entries", () => {
    const { below: number } = randomOf(20, 2);
    for (let count = 0; count < 300; count++) {
      const entries = Array.from({ length: number(6) }, (_, index) =>
        entry({
          ...{ ruleNumber: index + 1, egress: number(3) === 0, ruleAction: number(2) ? "allow" : "deny" },
          ...{
            protocol: ["6", "-1", "17"][number(3)]!,
            cidrBlock: `203.0.113.${number(2) * 128}/${24 + number(2)}`,
          },
          ...(number(2) && { portRange: { from: 440 + number(4), to: 443 + number(4) } }),
        }),
      );
      const stopped = new NetworkAcls({
        subnets: SUBNETS,
        filters: { networkAcls: [acl("acl-1", ["subnet-1"], entries)], unread: [] },
      }).stopped({
        ...{ direction: "ingress", far: blocks("203.0.113.0/24"), subnetIds: ["subnet-1"] },
        traffic: { protocol: "tcp", fromPort: 440, toPort: 446 },
      });
      for (const last of [0, 127, 128, 255]) {
        for (let port = 440; port <= 446; port++) {
          const address = parseCidr(`203.0.113.${last}/32`)!.first;
          const fits = ({ egress, protocol, cidrBlock = "", portRange }: NetworkAclEntry) => {
            const { first, last: end } = parseCidr(cidrBlock)!;
            const isPort =
              protocol === "-1" || !portRange || (portRange.from <= port && port <= portRange.to);
            return !egress && protocol !== "17" && isPort && first <= address && address <= end;
          };
          const deciding = entries.find(fits);
          const denial = stopped.denials.find(
            ({ isAnswer, boxes }) =>
              !isAnswer &&
              boxes.some(
                ({ source, ports }) =>
                  overlaps(source, [{ first: address, last: address }]) &&
                  overlaps(ports, [{ first: BigInt(port), last: BigInt(port) }]),
              ),
          );
          const expected =
            deciding === undefined
              ? "*"
              : deciding.ruleAction === "deny"
                ? String(deciding.ruleNumber)
                : undefined;
          expect(denial?.entry, JSON.stringify({ entries, last, port })).to.equal(expected);
        }
      }
    }
  });

  it("fall to a VPC's default where none is associated, and are not known where none was seen", () => {
    const denies = [{ ruleNumber: 32767, ruleAction: "deny" as const }];
    expect(judge([acl("acl-0", [], denies, { isDefault: true })])).to.deep.equal([
      ALL,
      "network ACL acl-0 denies tcp/443 from 203.0.113.0/24, into subnet-1 (inbound entry *)",
    ]);
    expect(judge([acl("acl-0", [], denies, { isDefault: true, vpcId: "vpc-2" })])).to.deep.equal([
      undefined,
      "the network ACL of subnet-1 was not seen, so what it denies is not known",
    ]);
    expect(
      judge([acl("acl-1", ["subnet-1"], denies)], { subnetIds: ["subnet-1", "subnet-2"] }),
    ).to.deep.equal([
      PART,
      "network ACL acl-1 denies tcp/443 from 203.0.113.0/24, into subnet-1 (inbound entry *)",
      "the network ACL of subnet-2 was not seen, so what it denies is not known",
    ]);
  });
});
