import { element } from "../xml/element";
import type { XmlElement } from "../xml/element";

/**
 * Applications that PAN-OS knows: what content updates bring, as far as policy here meets it. Ports
 * are the standard ports of the application pages; `protocol` is for applications known by their IP
 * protocol alone. A name without ports is known but has no default port here.
 */
interface PredefinedApplication {
  ports?: readonly string[];
  protocol?: readonly number[];
  /** Applications that must be allowed as well; a commit warns when a rule leaves them out. */
  needs?: readonly string[];
}

export const PREDEFINED_APPLICATIONS: Record<string, PredefinedApplication> = {
  ssh: { ports: ["tcp/22"] },
  smtp: { ports: ["tcp/25", "tcp/587"] },
  dns: { ports: ["tcp/53", "udp/53"] },
  "dns-over-https": { ports: ["tcp/443"], needs: ["ssl", "web-browsing"] },
  "web-browsing": { ports: ["tcp/80"] },
  ssl: { ports: ["tcp/443"] },
  http2: { ports: ["tcp/80", "tcp/443"] },
  quic: { ports: ["udp/80", "udp/443"] },
  websocket: { ports: ["tcp/80", "tcp/443"] },
  soap: { ports: ["tcp/80", "tcp/443"], needs: ["web-browsing"] },
  grpc: { ports: ["tcp/80", "tcp/443"], needs: ["http2"] },
  pop3: { ports: ["tcp/110"] },
  imap: { ports: ["tcp/143"] },
  ldap: { ports: ["tcp/389", "tcp/636", "tcp/3268", "tcp/3269", "udp/389"] },
  kerberos: { ports: ["tcp/88", "udp/88"] },
  mysql: { ports: ["tcp/3306"] },
  "ms-rdp": { ports: ["tcp/3389", "udp/3389"] },
  "mssql-db": { ports: ["tcp/1433"] },
  "mssql-mon": { ports: ["udp/1434"] },
  oracle: { ports: ["tcp/1521"] },
  postgres: { ports: ["tcp/5432"] },
  redis: { ports: ["tcp/6379"] },
  mongodb: { ports: ["tcp/27017"] },
  memcached: { ports: ["tcp/11211", "udp/11211"] },
  elasticsearch: { ports: ["tcp/9200"] },
  kafka: { ports: ["tcp/9092"] },
  ftp: { ports: ["tcp/21"] },
  tftp: { ports: ["udp/69"] },
  telnet: { ports: ["tcp/23"] },
  ntp: { ports: ["udp/123"] },
  "ntp-base": { ports: ["udp/123"] },
  snmp: { ports: ["tcp/161", "udp/161"] },
  "snmp-base": { ports: ["tcp/161", "udp/161"] },
  "snmp-trap": { ports: ["tcp/162", "udp/162"] },
  syslog: { ports: ["tcp/1468", "tcp/6514", "udp/514"] },
  dhcp: { ports: ["udp/67", "udp/68"] },
  radius: { ports: ["udp/1812", "udp/1813"] },
  "tacacs-plus": { ports: ["tcp/49"] },
  "ms-ds-smb": { ports: ["tcp/445", "udp/445"] },
  "ms-ds-smbv3": { ports: ["tcp/445"] },
  "netbios-ns": { ports: ["udp/137"] },
  "netbios-dg": { ports: ["udp/138"] },
  "netbios-ss": { ports: ["tcp/139"] },
  msrpc: { ports: ["tcp/135", "udp/135"] },
  nfs: { ports: ["tcp/2049", "udp/2049"] },
  sip: { ports: ["tcp/5060", "udp/5060"] },
  rtp: { ports: ["udp/1024-65535"] },
  rtsp: { ports: ["tcp/554"] },
  mqtt: { ports: ["tcp/1883"] },
  amqp: { ports: ["tcp/5672"] },
  bgp: { ports: ["tcp/179"] },
  rsync: { ports: ["tcp/873"] },
  "git-base": { ports: ["tcp/9418"] },
  vnc: { ports: ["tcp/5900", "tcp/5800"] },
  stun: { ports: ["udp/3478", "tcp/3478"] },
  "paloalto-updates": { ports: ["tcp/443"], needs: ["ssl"] },
  "google-base": { ports: ["tcp/80", "tcp/443"], needs: ["ssl", "web-browsing"] },
  "facebook-base": { ports: ["tcp/80", "tcp/443"], needs: ["ssl", "web-browsing"] },
  "office365-enterprise-access": { ports: ["tcp/443"], needs: ["ssl"] },
  "ms-update": { ports: ["tcp/80", "tcp/443"], needs: ["ssl", "web-browsing"] },
  "open-vpn": { ports: ["tcp/1194", "udp/1194", "tcp/443"] },
  ike: { ports: ["udp/500", "udp/4500"] },
  ipsec: { ports: ["udp/4500", "udp/500"], protocol: [50, 51] },
  "ipsec-esp": { protocol: [50] },
  "ipsec-esp-udp": { ports: ["udp/4500"] },
  "ipsec-ah": { protocol: [51] },
  gre: { protocol: [47] },
  ospf: { protocol: [89] },
  igmp: { protocol: [2] },
  pim: { protocol: [103] },
  vrrp: { protocol: [112] },
  "ip-in-ip": { protocol: [4] },
  icmp: { protocol: [1] },
  ping: { protocol: [1] },
  traceroute: { protocol: [1], ports: ["udp/33434-33534"] },
  "ipv6-icmp": { protocol: [58] },
  ping6: { protocol: [58] },
  unknown: {},
  "unknown-tcp": {},
  "unknown-udp": {},
  "unknown-p2p": {},
  "non-syn-tcp": {},
  incomplete: {},
  "insufficient-data": {},
};

export const PREDEFINED_SERVICES: Record<string, string> = {
  "service-http": "80,8080",
  "service-https": "443",
};

/** `/config/predefined`: what clients read to learn which applications and services exist. */
export function predefinedConfig(): XmlElement {
  const applications = element("application");
  for (const [name, { ports = [], protocol = [] }] of Object.entries(PREDEFINED_APPLICATIONS)) {
    const entry = applications.add(element("entry"));
    entry.attributes = { name };
    const defaults = element("default");
    if (ports.length > 0) {
      defaults.add(element("port", ...ports.map((port) => element("member", port))));
    } else if (protocol[0] !== undefined) {
      defaults.add(element("ident-by-ip-protocol", String(protocol[0])));
    }
    if (defaults.children.length > 0) entry.add(defaults);
    entry.add(element("category", "networking"));
    entry.add(element("subcategory", "infrastructure"));
    entry.add(element("technology", "client-server"));
    entry.add(element("risk", "2"));
  }
  const services = element("service");
  for (const [name, port] of Object.entries(PREDEFINED_SERVICES)) {
    const entry = services.add(element("entry", element("protocol", element("tcp", element("port", port)))));
    entry.attributes = { name };
  }
  return element("config", element("predefined", applications, services));
}
