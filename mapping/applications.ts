/** Which application a single port stands for. Each port is one of its application's default ports. */
const BY_PORT: Record<string, string> = {
  "tcp/22": "ssh",
  "tcp/25": "smtp",
  "tcp/53": "dns",
  "udp/53": "dns",
  "tcp/80": "web-browsing",
  "tcp/110": "pop3",
  "tcp/143": "imap",
  "tcp/389": "ldap",
  "udp/389": "ldap",
  "tcp/443": "ssl",
  "tcp/636": "ldap",
  "tcp/1521": "oracle",
  "tcp/3306": "mysql",
  "tcp/3389": "ms-rdp",
  "udp/3389": "ms-rdp",
};

/**
 * The application that a port stands for, or undefined for none.
 * @param port "tcp/443"; a range ("tcp/8000-8100") stands for an application only if overridden
 * @param overrides by port as above: a name, or null for none
 */
export function applicationOf(port: string, overrides: Record<string, string | null>): string | undefined {
  if (Object.hasOwn(overrides, port)) return overrides[port] ?? undefined;
  return Object.hasOwn(BY_PORT, port) ? BY_PORT[port] : undefined;
}
