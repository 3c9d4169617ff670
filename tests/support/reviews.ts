import { ruleXml } from "../../panos/entries";
import { summaryOf } from "../../review/change/summary";
import type { Flow, Review, RuleChange } from "../../review/change/types";

const PORTS = [443, 22, 80, 5432, 8443, 25, 3306, 9090, 636, 8080];

/** A review of so many rules: most of them open, every fourth closes, every tenth lets something else in. */
export function reviewOfRules(rules: number): Review {
  const changes = Array.from({ length: rules }, (_, index) => changeNumber(index));
  const addresses = Object.fromEntries(
    changes.map((_, index) => [
      address(index),
      {
        interfaceId: `eni-0${index.toString(16)}`,
        instanceId: `i-0${index.toString(16)}`,
        name: `host-${index}`,
      },
    ]),
  );
  return reviewWith(changes, addresses);
}

/** A review of such changes on one firewall, and with what else a review has. */
function reviewWith(changes: RuleChange[], addresses: Review["addresses"]): Review {
  const number = (of: (change: RuleChange) => boolean) => changes.filter(of).length;
  const group = { id: "sg-0withheld", name: "kept-out" };
  const made: Omit<Review, "summary"> = {
    format: 1,
    stack: "organization/aws-panos-rules/dev",
    source: "preview",
    against: [{ kind: "guardrail", text: "guardrails.neverOpen has tcp/23" }],
    counts: {
      opening: number(({ opens }) => opens.length > 0),
      closing: number(({ closes }) => closes.length > 0),
      added: number(({ kind }) => kind === "added"),
      changed: number(({ kind }) => kind === "changed"),
      removed: number(({ kind }) => kind === "removed"),
      ...{ withheld: 1, alreadyAllowed: 1 },
    },
    firewalls: [
      {
        firewall: "firewall/vsys1",
        changes,
        unchanged: 7,
        withheld: [
          { group, traffic: "TCP port 23", text: "guardrails.neverOpen has tcp/23", guardrail: true },
        ],
        alreadyAllowed: [
          {
            rule: "aws-sg-0allowed-tcp-80",
            group: { id: "sg-0allowed", name: "allowed" },
            traffic: "TCP port 80",
            ...{ source: ["0.0.0.0/0"], destination: ["10.255.0.1"], by: ["allow-http-in"] },
          },
        ],
        adopted: [{ name: "old-web", by: ["aws-sg-0a0-tcp-443"], lost: ["profile strict"] }],
        held: ["aws-sg-0held-tcp-22"],
        cost: { commits: 1, writes: changes.length, writingRequests: 2, registrations: 0 },
      },
    ],
    addresses,
    notes: ["A note about the account."],
  };
  return { ...made, summary: summaryOf(made) };
}

function changeNumber(index: number): RuleChange {
  const port = PORTS[index % PORTS.length]!;
  const isWorld = index % 20 === 1;
  const group = {
    id: `sg-0a${Math.floor(index / 10).toString(16)}`,
    name: `group-${Math.floor(index / 10)}`,
  };
  const source = isWorld ? "0.0.0.0/0" : `198.${51 + (index % 7)}.${index % 256}.0/24`;
  const flow: Flow = {
    ...{ source: [source], destination: [address(index)], ports: [`tcp/${port}`], applications: ["any"] },
    ...{ from: "untrust", to: "trust" },
  };
  const [isClosing, isChanged] = [index % 4 === 3, index % 10 === 5];
  const name = `aws-${group.id}-tcp-${port}-${index}`;
  const rule = (sources: string[]) =>
    ruleXml({
      ...{ name, description: `${group.name} (${group.id})`, tag: ["aws-panos-test1234"] },
      ...{ from: ["untrust"], to: ["trust"], source: sources, destination: [address(index)] },
      ...{ application: ["any"], service: [`tcp-${port}`], action: "allow" },
    });
  const [narrow, wide] = [rule(["192.0.2.0/24"]), rule(["192.0.2.0/24", source])];
  return {
    rule: name,
    kind: isChanged ? "changed" : isClosing ? "removed" : "added",
    ...{ group, direction: "ingress", traffic: `TCP port ${port}` },
    opens: isClosing ? [] : [flow],
    closes: isClosing ? [flow] : [],
    fields: isChanged ? [{ field: "source", added: [source], removed: [] }] : [],
    reasons: [
      {
        text: isClosing
          ? `instance i-0${index.toString(16)} (host-${index}) stopped, or is gone`
          : `sgr-0${index.toString(16)} of ${group.name} (${group.id}) was authorized: TCP port ${port} from ${source}`,
        because: [{ text: `behind the firewall host-${index} carries ${group.name}` }],
      },
    ],
    marks:
      isWorld && port === 22 && !isClosing
        ? [{ kind: "world-administrative", text: "open to the world: SSH (tcp/22)" }]
        : [],
    xml: isChanged
      ? isClosing
        ? { before: wide, after: narrow }
        : { before: narrow, after: wide }
      : isClosing
        ? { before: wide }
        : { after: wide },
  };
}

function address(index: number): string {
  return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
}
