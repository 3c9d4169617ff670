import { expect } from "chai";
import type { FlowRecord } from "../../../aws/flow-logs/record";
import { Tally, type KnownElsewhere } from "../../../review/evidence/tally";
import type { Observed, SeenFlow } from "../../../review/evidence/types";
import { START } from "../../support/flow-logs";

const ENI = "eni-0a";
const OWN = "10.0.0.1";
const PEER = "203.0.113.9";

const NOWHERE: KnownElsewhere = {
  interfaceIds: new Set(["eni-0other"]),
  vpcIds: new Set(["vpc-0a"]),
  accountIds: new Set(["123456789012"]),
};

function tally(most?: number, addresses: string[] = [OWN]): Tally {
  return new Tally(new Map([[ENI, addresses]]), NOWHERE, most);
}

/** From the peer's port 40000 to the interface's 443, unless told otherwise. */
function record(fields: Partial<FlowRecord> = {}): FlowRecord {
  return {
    ...{ interfaceId: ENI, source: PEER, destination: OWN, sourcePort: 40_000, destinationPort: 443 },
    ...{ protocol: 6, start: START, end: START + 60, isAccepted: true },
    ...fields,
  };
}

/** The answer to it. */
function reply(fields: Partial<FlowRecord> = {}): FlowRecord {
  const { source, destination, sourcePort, destinationPort, ...rest } = record(fields);
  return {
    ...rest,
    ...{ source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort },
  };
}

function seenOf(records: FlowRecord[], most?: number): Observed {
  const counting = tally(most);
  for (const each of records) counting.take({ kind: "flow", record: each });
  return counting.observed();
}

/** What was seen of one flow. */
function one(records: FlowRecord[]): Pick<SeenFlow, "direction" | "port" | "count" | "peer"> {
  const { flows } = seenOf(records);
  expect(flows).to.have.length(1);
  const { direction, port, count, peer } = flows[0]!;
  return { direction, count, peer, ...(port !== undefined && { port }) };
}

describe("records of flow logs, counted", () => {
  describe("who is the server", () => {
    const ports = (sourcePort: number, destinationPort: number) => ({ sourcePort, destinationPort });
    for (const [what, given, direction, port] of [
      [
        "by the flags of who begins, whatever the ports",
        { ...ports(443, 50_001), flags: 2 },
        "ingress",
        50_001,
      ],
      [
        "by those of who begins and ends within a minute",
        { ...ports(443, 50_001), flags: 3 },
        "ingress",
        50_001,
      ],
      ["by the flags of who answers", { ...ports(50_001, 443), flags: 18 }, "egress", 50_001],
      ["by those of who answers and ends", { ...ports(50_001, 443), flags: 19 }, "egress", 50_001],
      ["by a low port against a client's", { ...ports(50_001, 8443), flags: 0 }, "ingress", 8443],
      ["by a low port against a NAT gateway's", ports(2001, 443), "ingress", 443],
      ["of UDP by ports, as flags are TCP's", { ...ports(53, 40_000), protocol: 17, flags: 2 }, "egress", 53],
      ["not between two ports that both may be a server's", ports(2001, 8443), "unknown", 8443],
      ["not between two clients' ports", ports(40_000, 50_000), "unknown", 50_000],
      ["not between two low ports", { ...ports(123, 123), protocol: 17 }, "unknown", 123],
      ["not where a client of NFS has a low one", ports(800, 2049), "unknown", 2049],
      ["not where there are no ports", { ...ports(0, 0), protocol: 1 }, "unknown", 0],
    ] as const) {
      it(`is told ${what}`, () => {
        expect(one([record(given)])).to.deep.equal({ direction, port, count: 1, peer: PEER });
      });
    }

    it("is known of a connection that lasts from the record in which it began", () => {
      const lasting = { sourcePort: 40_000, destinationPort: 50_001 };
      const records = [
        record({ ...lasting, flags: 0 }),
        reply({ ...lasting, flags: 0 }),
        record({ ...lasting, flags: 2 }),
      ];
      expect(one(records)).to.deep.equal({ direction: "ingress", port: 50_001, count: 2, peer: PEER });
    });

    it("is not known of another connection of the same peers", () => {
      const { flows } = seenOf([
        record({ sourcePort: 40_000, destinationPort: 50_001, flags: 2 }),
        record({ sourcePort: 40_001, destinationPort: 50_001, flags: 0 }),
      ]);
      expect(flows.map(({ direction }) => direction)).to.deep.equal(["ingress", "unknown"]);
    });

    it("is likely only by ports: the other end's are kept", () => {
      const others = (records: FlowRecord[]) => seenOf(records).flows.map(({ otherPorts }) => otherPorts);
      expect(others([record({ sourcePort: 443, destinationPort: 3389 })])).to.deep.equal([[[3389, 3389]]]);
      expect(others([record({ sourcePort: 40_000, destinationPort: 50_001, flags: 2 })])).to.deep.equal([
        undefined,
      ]);
      const clients = [40_000, 40_002, 40_001, 50_000].map((sourcePort) => record({ sourcePort }));
      expect(others(clients)).to.deep.equal([
        [
          [40_000, 40_002],
          [50_000, 50_000],
        ],
      ]);
    });

    it("keeps all of many ports, in few ranges", () => {
      const ports = Array.from({ length: 500 }, (_, at) => 32_768 + ((at * 7919) % 28_000));
      const [flow] = seenOf(ports.map((sourcePort) => record({ sourcePort }))).flows;
      const ranges = flow!.otherPorts!;
      expect(ranges).to.have.length.at.most(16);
      const isIn = (port: number) => ranges.some(([first, last]) => first <= port && port <= last);
      expect(ports.every(isIn)).to.equal(true);
    });
  });

  it("counts packets there and back once, and those of which one side was lost as well", () => {
    expect(one([record(), reply(), record(), reply()])).to.include({ count: 2, direction: "ingress" });
    expect(one([reply(), reply(), record()])).to.include({ count: 2, direction: "ingress" });
  });

  it("remembers when it was first and last", () => {
    const { flows } = seenOf([
      record({ start: START + 600, end: START + 660 }),
      record({}),
      record({ start: START + 60, end: START + 120 }),
    ]);
    expect(flows[0]).to.include({ first: START, last: START + 660, count: 3 });
  });

  it("counts what is no evidence, each by what it is", () => {
    const counting = tally();
    const elsewhere = { source: "198.51.100.1", destination: "198.51.100.2" };
    for (const each of [
      record({ isAccepted: false }),
      record({ interfaceId: "eni-0other" }),
      record({ interfaceId: "eni-0gone" }),
      record({ interfaceId: "eni-0gone", vpcId: "vpc-0other" }),
      record({ interfaceId: "eni-0gone", accountId: "999999999999" }),
      record(elsewhere),
      // Which end it is, the log says itself.
      record({ ...elsewhere, direction: "ingress" }),
    ]) {
      counting.take({ kind: "flow", record: each });
    }
    counting.take({ kind: "malformed" });
    counting.take({ kind: "no data", interfaceId: ENI, start: START, end: START });
    counting.take({ kind: "skipped", interfaceId: ENI, start: START, end: START });
    const { records, flows, gaps, interfaces } = counting.observed();
    expect(records).to.deep.equal({
      ...{
        accepted: 1,
        rejected: 1,
        noData: 1,
        skipped: 1,
        elsewhere: 3,
        unknown: 1,
        unplaced: 1,
        malformed: 1,
      },
    });
    expect(flows.map(({ peer }) => peer)).to.deep.equal(["198.51.100.1"]);
    expect(interfaces[ENI]).to.include({ skipped: 1, unplaced: 1 });
    expect(gaps).to.have.length(2);
    expect(gaps[0]).to.match(/1 line could not be made out/);
    expect(gaps[1]).to.match(/1 record of 1 interface that the inventory doesn't have/);
  });

  it("knows an interface by any of its addresses, and those of prefixes delegated to it", () => {
    const addresses = [OWN, "10.0.0.7", "10.0.9.0/28", "2001:db8::1", "2001:db8:1::/80"];
    const counting = tally(undefined, addresses);
    for (const destination of ["10.0.0.7", "10.0.9.15", "2001:0db8::0001", "2001:db8:1::77"]) {
      counting.take({ kind: "flow", record: record({ destination }) });
    }
    expect(counting.observed().records).to.include({ accepted: 4, unplaced: 0 });
  });

  it("says of which hours there is nothing", () => {
    const counting = tally();
    for (const hour of [0, 1, 2, 5, 30]) {
      counting.take({
        kind: "no data",
        interfaceId: ENI,
        start: START + hour * 3600,
        end: START + hour * 3600 + 60,
      });
    }
    expect(counting.observed().interfaces[ENI]).to.include({ missingHours: 26, first: START });
  });

  describe("in bounded memory", () => {
    const crowd = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        record({ source: `198.${at >> 16}.${(at >> 8) & 255}.${at & 255}` }),
      );
    const total = ({ flows }: Observed) => flows.reduce((sum, { count }) => sum + count, 0);

    it("tells peers as networks where there are too many of them, and says so", () => {
      const seen = seenOf(crowd(2000), 100);
      expect(seen.flows).to.have.length.at.most(100);
      expect(seen.widened).to.deep.equal({ IPv4: 24, IPv6: 64 });
      expect(seen.flows.map(({ peer }) => peer)).to.include("198.0.7.0/24");
      expect(total(seen)).to.equal(2000);
      expect(seenOf(crowd(100), 100).widened).to.be.undefined;
    });

    it("goes on to wider ones, and at last keeps no ports apart", () => {
      const ports = Array.from({ length: 3000 }, (_, at) => record({ destinationPort: at, flags: 2 }));
      const v6 = Array.from({ length: 500 }, (_, at) => record({ source: `2001:db8:${at.toString(16)}::1` }));
      const seen = seenOf([...crowd(2000), ...v6, ...ports], 50);
      expect(seen.flows).to.have.length.at.most(50);
      expect(seen.flows.every(({ port }) => port === undefined)).to.equal(true);
      expect(seen.flows.map(({ peer }) => peer).sort()).to.deep.equal(["0.0.0.0/0", "0.0.0.0/0", "::/0"]);
      expect(total(seen)).to.equal(5500);
    });
  });
});
