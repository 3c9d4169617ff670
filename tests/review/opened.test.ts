import { expect } from "chai";
import { everyDefaultPort } from "../../panos/applications";
import { isInside, parseCidr } from "../../lib/net/cidr";
import type { RulebaseRule, ServiceObject } from "../../panos/policy";
import { policiesOf } from "../../review/change/changes";
import { factsBetween } from "../../review/change/between";
import { markdownOf } from "../../review/change/markdown";
import { reviewOf } from "../../review/change/model";
import type { Flow, FlowPart } from "../../review/change/types";
import { account, type Permission } from "../support/account";
import { randomOf, type Random } from "../mapping/oracle/random";
import { settingsOf } from "../support/offline-settings";

/** Everything on TCP from everywhere, and ssh from one host. */
const [ALL, SSH]: [Permission, Permission] = [
  { group: 1, port: 0, toPort: 65535, cidr: "0.0.0.0/0" },
  { group: 1, port: 22, cidr: "203.0.113.7/32" },
];

interface Packet {
  source: string;
  port: number;
  application: string;
}

describe("what a review says is open afterwards and was not before", () => {
  const reviewBetween = (before: Permission[], after: Permission[]) => {
    const facts = factsBetween(account(before), account(after), settingsOf(), "dev");
    const review = reviewOf(facts);
    const { changes } = review.firewalls[0]!;
    return { review, changes, policies: policiesOf(facts.firewalls[0]!) };
  };

  it("of all ports is everything but what one host had for one application, and nobody else's of it", () => {
    const { review, changes } = reviewBetween([SSH], [SSH, ALL]);
    const opens = changes.flatMap((change) => change.opens);
    expect(opens).to.have.length(1);
    expect(opens[0]).to.deep.include({ source: ["0.0.0.0/0"], applications: ["any"] });
    expect(opens[0]).not.to.have.property("except");
    const part = { source: ["203.0.113.7/32"], destination: ["10.0.0.1/32"], ports: ["tcp/22"] };
    expect(opens[0]!.already).to.deep.equal([{ ...part, application: "ssh" }]);
    const text = markdownOf(review);
    expect(text).to.match(
      /<code>any<\/code><br>but <code>ssh<\/code> on .*22 from .*203\.0\.113\.7<\/code> \|/,
    );

    const closed = reviewBetween([SSH, ALL], [SSH]).changes.flatMap((change) => change.closes);
    expect(closed[0]!.already).to.deep.equal([{ ...part, application: "ssh" }]);
    expect(closed[0]).not.to.have.property("except");
  });

  it("names an application as a whole only where all of the traffic was open for it", () => {
    const web = { group: 1, port: 443, cidr: "0.0.0.0/0" };
    const { changes } = reviewBetween([web], [web, { group: 1, port: 443, toPort: 444, cidr: "0.0.0.0/0" }]);
    const [flow] = changes.flatMap((change) => change.opens);
    expect(flow).not.to.have.property("except");
    expect(flow!.already).to.deep.equal([
      { source: ["0.0.0.0/0"], destination: ["10.0.0.1/32"], ports: ["tcp/443"], application: "ssl" },
    ]);
  });

  it("is exactly that, packet by packet, of random permissions", () => {
    const cidrs = ["0.0.0.0/0", "203.0.113.0/24", "203.0.113.7/32", "198.51.100.0/25"];
    const ranges: [number, number][] = [
      ...[22, 25, 80, 443, 3306, 8080].map((port): [number, number] => [port, port]),
      ...([
        [0, 65535],
        [20, 30],
        [22, 443],
        [443, 9000],
      ] as [number, number][]),
    ];
    const permission = (random: Random): Permission => {
      const [port, toPort] = random.pick(ranges);
      return { group: 1, port, toPort, cidr: random.pick(cidrs) };
    };
    const distinct = (list: Permission[]) => [
      ...new Map(list.map((each) => [JSON.stringify(each), each])).values(),
    ];
    const packets: Packet[] = ["203.0.113.7", "203.0.113.8", "198.51.100.9", "192.0.2.1"].flatMap((source) =>
      [22, 25, 26, 80, 443, 3306, 8080, 60000].flatMap((port) =>
        ["ssh", "ssl", "web-browsing", "mysql", "bittorrent"].map((application) => ({
          source,
          port,
          application,
        })),
      ),
    );
    let opened = 0;
    for (let round = 0; round < 150; round++) {
      const random = randomOf(96, round);
      const more = () => [permission(random), ...random.times(2, () => permission(random))];
      const before = distinct(more());
      const after = distinct([...random.some(before), ...more()]);
      const { changes, policies } = reviewBetween(before, after);
      const flows = changes.flatMap((change) => change.opens);
      for (const packet of packets) {
        const lets = ({ ours, objects }: typeof policies.before) =>
          ours.some((rule) => matches(rule, packet, objects.services));
        const isNew = lets(policies.after) && !lets(policies.before);
        const isTold = flows.some((flow) => isOpenedBy(flow, packet));
        if (isNew) opened++;
        // A row may take more pieces together than it tells apart, and then says so.
        const isLoose = flows.some(({ partly }) => partly);
        const where = JSON.stringify({ before, after, packet, flows });
        if (isNew) expect(isTold, where).to.equal(true);
        else if (isTold && !isLoose) expect.fail(where);
      }
    }
    expect(opened).to.be.above(1000);
  });
});

function matches(
  rule: RulebaseRule,
  { source, port, application }: Packet,
  services: Map<string, ServiceObject>,
) {
  const isFrom = rule.source.some((text) => has(text, source));
  if (!isFrom || !(rule.application.includes("any") || rule.application.includes(application))) return false;
  return rule.service.some((name) => {
    if (name === "any") return true;
    if (name === "application-default") {
      return (everyDefaultPort(application) ?? []).some((text) => hasPort(text, port));
    }
    const service = services.get(name);
    return service !== undefined && "port" in service && hasPort(`tcp/${service.port}`, port);
  });
}

function isOpenedBy(flow: Flow, packet: Packet): boolean {
  const isApplication = flow.applications.includes("any") || flow.applications.includes(packet.application);
  if (!isApplication || flow.except?.includes(packet.application)) return false;
  if (!flow.source.some((text) => has(text, packet.source))) return false;
  if (!flow.ports.some((text) => hasPort(text, packet.port))) return false;
  return !flow.already?.some((part) => isIn(part, packet));
}

function isIn({ source, ports, application }: FlowPart, packet: Packet): boolean {
  return (
    application === packet.application &&
    source.some((text) => has(text, packet.source)) &&
    ports.some((text) => hasPort(text, packet.port))
  );
}

function has(block: string, address: string): boolean {
  return block === "any" || isInside(parseCidr(`${address}/32`)!, parseCidr(block)!);
}

function hasPort(text: string, port: number): boolean {
  const [, first, last] = /^tcp\/(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return first !== undefined && Number(first) <= port && port <= Number(last ?? first);
}
