/** What to look at twice in what a rule opens. */
import { parseBlock, parseCidr, isInside, type Cidr } from "../../lib/net/cidr";
import { setOf } from "../../lib/net/intervals";
import type { NamedPermission } from "./permission";
import { size } from "./reachability";
import type { Flow, Mark } from "./types";

/** Ports that administer machines, and those of databases and stores, by IANA's registry and vendors' manuals. */
const SENSITIVE_PORTS: readonly {
  protocol: "tcp" | "udp";
  port: number;
  name: string;
  kind: "administrative" | "database";
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
const NOT_PUBLIC = [
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
  opens: readonly Flow[],
  {
    direction,
    ipProtocol,
    fromPort,
    toPort,
  }: Pick<NamedPermission, "direction" | "ipProtocol" | "fromPort" | "toPort">,
): Mark[] {
  const marks: Mark[] = [];
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
    const sources = flow.source.flatMap((text) => (text === "any" ? EVERYBODY : (parseBlock(text) ?? [])));
    const names = (kind: "administrative" | "database") => {
      const found = SENSITIVE_PORTS.filter(
        (each) => each.kind === kind && flow.ports.some((text) => hasPort(text, each)),
      );
      return [...new Set(found.map(({ name, protocol, port }) => `${name} (${protocol}/${port})`))];
    };
    const listed = (all: string[]) =>
      all.slice(0, 3).join(", ") + (all.length > 3 ? `, and ${all.length - 3} more` : "");
    const [administrative, database] = [names("administrative"), names("database")];
    if (administrative.length > 0 && isWorld(sources)) {
      marks.push({ kind: "world-administrative", text: `open to the world: ${listed(administrative)}` });
    }
    if (!isEvery && database.length > 0 && sources.some(isPublic)) {
      marks.push({ kind: "public-database", text: `open to public addresses: ${listed(database)}` });
    }
  }
  return [...new Map(marks.map((mark) => [mark.text, mark])).values()];
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
