/** What to look at twice in what a rule opens. */
import { listed } from "../lib/text";
import { parseBlock, parseCidr, isInside, type Cidr } from "../lib/net/cidr";
import { setOf, size } from "../lib/net/intervals";
import type { Permission } from "./types";

interface OpeningMark {
  kind: "any-port" | "world-administrative" | "public-database";
  text: string;
}

/** CIDR blocks, or "any"; and ports: "tcp/443", "udp/8000-8100", "any". */
interface Opened {
  source: string[];
  ports: string[];
}

type Kind = "administrative" | "database";

/** Ports that administer machines, and those of databases and stores, by IANA's registry and vendors' manuals. */
const SENSITIVE_PORTS: readonly {
  protocol: "tcp" | "udp";
  port: number;
  name: string;
  kind: Kind;
}[] = [
  { protocol: "tcp", port: 22, name: "SSH", kind: "administrative" },
  { protocol: "tcp", port: 23, name: "Telnet", kind: "administrative" },
  { protocol: "tcp", port: 135, name: "Windows RPC", kind: "administrative" },
  { protocol: "tcp", port: 139, name: "NetBIOS", kind: "administrative" },
  { protocol: "udp", port: 161, name: "SNMP", kind: "administrative" },
  { protocol: "tcp", port: 445, name: "SMB", kind: "administrative" },
  { protocol: "tcp", port: 512, name: "rexec", kind: "administrative" },
  { protocol: "tcp", port: 513, name: "rlogin", kind: "administrative" },
  { protocol: "tcp", port: 514, name: "rsh", kind: "administrative" },
  { protocol: "udp", port: 623, name: "IPMI", kind: "administrative" },
  { protocol: "tcp", port: 2375, name: "Docker", kind: "administrative" },
  { protocol: "tcp", port: 2376, name: "Docker", kind: "administrative" },
  { protocol: "tcp", port: 3389, name: "RDP", kind: "administrative" },
  { protocol: "udp", port: 3389, name: "RDP", kind: "administrative" },
  { protocol: "tcp", port: 5900, name: "VNC", kind: "administrative" },
  { protocol: "tcp", port: 5901, name: "VNC", kind: "administrative" },
  { protocol: "tcp", port: 5985, name: "WinRM", kind: "administrative" },
  { protocol: "tcp", port: 5986, name: "WinRM", kind: "administrative" },
  { protocol: "tcp", port: 6443, name: "Kubernetes", kind: "administrative" },
  { protocol: "tcp", port: 10250, name: "kubelet", kind: "administrative" },
  { protocol: "tcp", port: 1433, name: "SQL Server", kind: "database" },
  { protocol: "udp", port: 1434, name: "SQL Server", kind: "database" },
  { protocol: "tcp", port: 1521, name: "Oracle", kind: "database" },
  { protocol: "tcp", port: 2379, name: "etcd", kind: "database" },
  { protocol: "tcp", port: 3306, name: "MySQL", kind: "database" },
  { protocol: "tcp", port: 5432, name: "PostgreSQL", kind: "database" },
  { protocol: "tcp", port: 5439, name: "Redshift", kind: "database" },
  { protocol: "tcp", port: 5984, name: "CouchDB", kind: "database" },
  { protocol: "tcp", port: 6379, name: "Redis", kind: "database" },
  { protocol: "tcp", port: 9042, name: "Cassandra", kind: "database" },
  { protocol: "tcp", port: 9200, name: "Elasticsearch", kind: "database" },
  { protocol: "tcp", port: 9300, name: "Elasticsearch", kind: "database" },
  { protocol: "tcp", port: 11211, name: "memcached", kind: "database" },
  { protocol: "udp", port: 11211, name: "memcached", kind: "database" },
  { protocol: "tcp", port: 27017, name: "MongoDB", kind: "database" },
  { protocol: "tcp", port: 50000, name: "Db2", kind: "database" },
];

/** Private, shared, loopback and link-local addresses: RFC 1918, 6598, 1122, 3927, 4193, 4291. */
export const NOT_PUBLIC = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
].map((text) => parseCidr(text)!);

/** From so many addresses on, a source is the whole internet, in however many pieces it is written. */
const WORLD = { IPv4: 1n << 31n, IPv6: 1n << 124n };

/** Marks of what a rule opens. */
export function marksOfOpening(
  opens: readonly Opened[],
  {
    direction,
    ipProtocol,
    fromPort,
    toPort,
  }: Pick<Permission, "direction" | "ipProtocol" | "fromPort" | "toPort">,
): OpeningMark[] {
  const marks: OpeningMark[] = [];
  const isEvery =
    ipProtocol === "-1" ||
    ((ipProtocol === "tcp" || ipProtocol === "udp") && fromPort <= 1 && toPort === 65535);
  if (isEvery && opens.length > 0) {
    const text =
      ipProtocol === "-1" ? "on any port and protocol" : `on all ${ipProtocol.toUpperCase()} ports`;
    marks.push({ kind: "any-port", text });
  }
  for (const flow of opens) {
    if (direction === "egress") continue;
    const sources = sourcesOf(flow);
    const [administrative, database] = [namesIn(flow, "administrative"), namesIn(flow, "database")];
    if (administrative.length > 0 && isWorld(sources)) {
      marks.push({ kind: "world-administrative", text: `open to the world: ${listed(administrative, 3)}` });
    }
    if (!isEvery && database.length > 0 && sources.some(isPublic)) {
      marks.push({ kind: "public-database", text: `open to public addresses: ${listed(database, 3)}` });
    }
  }
  return [...new Map(marks.map((mark) => [mark.text, mark])).values()];
}

/** Names of ports that administer machines, and of databases, that are open to everybody: "SSH (tcp/22)". */
export function openToTheWorld(flow: Opened): string[] {
  if (!isWorld(sourcesOf(flow))) return [];
  return [...namesIn(flow, "administrative"), ...namesIn(flow, "database")];
}

function sourcesOf({ source }: Opened): Cidr[] {
  return source.flatMap((text) => (text === "any" ? EVERYBODY : (parseBlock(text) ?? [])));
}

function namesIn({ ports }: Opened, kind: Kind): string[] {
  const found = SENSITIVE_PORTS.filter(
    (each) => each.kind === kind && ports.some((text) => hasPort(text, each)),
  );
  return [...new Set(found.map(({ name, protocol, port }) => `${name} (${protocol}/${port})`))];
}

const EVERYBODY = ["0.0.0.0/0", "::/0"].map((text) => parseCidr(text)!);

function isWorld(sources: Cidr[]): boolean {
  return (["IPv4", "IPv6"] as const).some(
    (family) => size(setOf(sources.filter((source) => source.family === family))) >= WORLD[family],
  );
}

function isPublic(source: Cidr): boolean {
  return !NOT_PUBLIC.some((block) => block.family === source.family && isInside(source, block));
}

function hasPort(text: string, { protocol, port }: { protocol: string; port: number }): boolean {
  if (text.startsWith("any")) return true;
  const [, named, first, last] = /^(tcp|udp)\/(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return named === protocol && Number(first) <= port && port <= Number(last ?? first);
}
