import { result } from "../http/answers";
import { addressRange } from "../policy/addresses";
import { Refusal } from "../refusal";
import type { Session } from "../sessions/table";
import type { XmlElement } from "../xml/element";
import { escapeText } from "../xml/print";
import type { OpCommands, OpContext } from "./types";

/** So many entries are in one answer at most; `start-at` asks for the next ones. */
const PAGE = 1024;

/** Filters by their tag: whether a session fits a value. */
const FILTERS: Record<string, (session: Session, value: string) => boolean> = {
  source: ({ source }, value) => sameAddress("source", source, value),
  destination: ({ destination }, value) => sameAddress("destination", destination, value),
  "source-port": ({ sourcePort }, value) => sourcePort === Number(value),
  "destination-port": ({ port }, value) => port === Number(value),
  protocol: ({ protocol }, value) => protocol === Number(value),
  application: ({ application }, value) => application === value,
  from: ({ from }, value) => from === value,
  to: ({ to }, value) => to === value,
  rule: ({ rule }, value) => rule === value,
  state: ({ state }, value) => state.toLowerCase() === value,
  count: () => true,
};

/** A single address: a network is refused here, unlike in rules. */
function sameAddress(tag: string, address: string, value: string): boolean {
  const asked = addressRange(value);
  if (!asked || asked.low !== asked.high) {
    throw new Refusal("17", [`filter -> ${tag} ${value} is an invalid ipv4/v6 address`, `${tag} is invalid`]);
  }
  const range = addressRange(address);
  return range?.family === asked.family && range.low === asked.low;
}

/** The sessions that `<all>` with its `<filter>` is about. */
function chosen(all: XmlElement, { firewall, vsys }: OpContext): Session[] {
  const filter = all.child("filter");
  if (filter?.children.length === 0) throw new Refusal("17", ["session -> all -> filter is invalid"]);
  const filters = filter?.children ?? [];
  const odd = filters.find(({ tag }) => !Object.hasOwn(FILTERS, tag));
  if (odd) throw new Refusal("17", [`session -> all -> filter -> ${odd.tag} unexpected here`]);
  return firewall.sessions
    .all()
    .filter((session) => vsys === undefined || session.vsys === vsys)
    .filter((session) => filters.every(({ tag, text }) => FILTERS[tag]?.(session, text.trim())));
}

function entryXml(session: Session): string {
  const { source, destination, sourcePort, port } = session;
  const values: [string, string | number][] = [
    ["dst", destination],
    ["xsource", source],
    ["source", source],
    ["xdst", destination],
    ["xsport", sourcePort],
    ["xdport", port],
    ["sport", sourcePort],
    ["dport", port],
    ["proto", session.protocol],
    ["from", session.from],
    ["to", session.to],
    ["start-time", startTime(session.started)],
    ["nat", "False"],
    ["srcnat", "False"],
    ["dstnat", "False"],
    ["proxy", "False"],
    ["decrypt-mirror", "False"],
    ["state", session.state],
    ["type", "FLOW"],
    ["total-byte-count", 196],
    ["idx", session.id],
    ["vsys-idx", Number(session.vsys.replace(/\D/g, ""))],
    ["vsys", session.vsys],
    ["application", session.application],
    ["security-rule", session.rule],
    ["ingress", "ethernet1/1"],
    ["egress", "ethernet1/2"],
    ["flags", " "],
  ];
  return `<entry>${values.map(([tag, value]) => `<${tag}>${escapeText(String(value))}</${tag}>`).join("")}</entry>`;
}

/** "Wed May 31 07:59:22 2023" */
function startTime(at: Date): string {
  return at.toString().replace(/^(\w+ \w+ \d+) (\d+) ([\d:]+).*$/, "$1 $3 $2");
}

function byId(node: XmlElement, { firewall }: OpContext): Session {
  const session = firewall.sessions.find(Number(node.text.trim()));
  if (!session) throw new Refusal(undefined, [`session ${node.text.trim()} not found`]);
  return session;
}

function flowXml(source: string, destination: string, sport: number, dport: number, zone: string): string {
  return (
    `<source>${source}</source><dst>${destination}</dst><sport>${sport}</sport><dport>${dport}</dport>` +
    `<source-zone>${escapeText(zone)}</source-zone>`
  );
}

export const sessionCommands: OpCommands = {
  "show session info": (_, { firewall }) => {
    const active = firewall.sessions.all().length;
    return result(
      `<num-active>${active}</num-active><num-max>819200</num-max><pps>0</pps><kbps>0</kbps><cps>0</cps>`,
    );
  },
  "show session meter": (_, { firewall }) =>
    result(
      (firewall.running.child("devices")?.entries()[0]?.child("vsys")?.entries() ?? [])
        .map(({ name = "" }) => {
          const active = firewall.sessions.all().filter(({ vsys }) => vsys === name).length;
          const number = escapeText(name.replace(/^vsys/, ""));
          return (
            `<entry><vsys>${number}</vsys><current>${active}</current>` +
            "<maximum>0</maximum><throttled>0</throttled></entry>"
          );
        })
        .join(""),
    ),
  // It forwards no packets.
  "show routing route": () => result(""),
  "show session all": (node, context) => {
    const sessions = chosen(node, context);
    if (node.at("filter")?.value("count")?.trim() === "yes")
      return result(`<member>${sessions.length}</member>`);
    const start = Math.max(1, Number(node.value("start-at") ?? 1));
    return result(
      sessions
        .slice(start - 1, start - 1 + PAGE)
        .map(entryXml)
        .join(""),
    );
  },
  "show session id": (node, context) => {
    const { source, destination, sourcePort, port, from, to, application, rule } = byId(node, context);
    return result(
      `<slot>1</slot><c2s>${flowXml(source, destination, sourcePort, port, from)}</c2s>` +
        `<s2c>${flowXml(destination, source, port, sourcePort, to)}</s2c>` +
        `<application>${escapeText(application)}</application><rule>${escapeText(rule)}</rule>`,
    );
  },
  "clear session id": (node, context) => {
    const session = byId(node, context);
    context.firewall.sessions.end([session]);
    return result(`<member>session ${session.id} cleared</member>`);
  },
  "clear session all": (node, context) => {
    context.firewall.sessions.end(chosen(node, context));
    return result("<member>sessions cleared</member>");
  },
};
