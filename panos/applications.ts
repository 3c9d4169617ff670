/**
 * What we know of PAN-OS's predefined applications (App-IDs), and their default ports.
 *
 * `application-default` opens every default port of an application. So a port missing here could open
 * more than AWS does, while one too many only makes us use an exact service: in doubt, a port is listed.
 */

export interface Application {
  /** Default ports of the plain application, "tcp/25". Empty for ICMP, which has no ports. */
  ports: string[];
  /**
   * Default ports of the same application inside TLS, which count once the firewall decrypts (PAN-OS 9.0
   * release notes: web-browsing, SMTP, FTP, LDAP, POP3 and IMAP have such "secure ports").
   */
  securePorts: string[];
}

/**
 * Sources. Plain ports of dns, mysql, oracle, pop3, smtp, ssh, ssl and the ICMP type of ping: PAN-OS's
 * predefined applications, as pan-configurator (a public tool for PAN-OS) ships them; of the others:
 * fwforge's curated list of App-ID ports. Secure ports: which applications have them, from the PAN-OS 9.0
 * release notes; their numbers, from IANA's registry (smtps, imaps, pop3s, ldaps, msft-gc-ssl, domain-s).
 */
const APPLICATIONS: Record<string, Application> = {
  dns: { ports: ["tcp/53", "udp/53", "udp/5353"], securePorts: ["tcp/853"] },
  icmp: { ports: [], securePorts: [] },
  imap: { ports: ["tcp/143"], securePorts: ["tcp/993"] },
  "ipv6-icmp": { ports: [], securePorts: [] },
  ldap: { ports: ["tcp/389", "tcp/3268", "udp/389", "udp/3268"], securePorts: ["tcp/636", "tcp/3269"] },
  "ms-rdp": { ports: ["tcp/3389", "udp/3389"], securePorts: [] },
  mysql: { ports: ["tcp/3306"], securePorts: [] },
  oracle: { ports: ["tcp/1521"], securePorts: [] },
  ping: { ports: [], securePorts: [] },
  ping6: { ports: [], securePorts: [] },
  pop3: { ports: ["tcp/110"], securePorts: ["tcp/995"] },
  smtp: { ports: ["tcp/25", "tcp/587"], securePorts: ["tcp/465"] },
  ssh: { ports: ["tcp/22"], securePorts: [] },
  ssl: { ports: ["tcp/443"], securePorts: [] },
  "web-browsing": { ports: ["tcp/80"], securePorts: ["tcp/443"] },
};

/** A predefined application, or undefined where we know nothing about it. */
export function knownApplication(name: string): Application | undefined {
  return Object.hasOwn(APPLICATIONS, name) ? APPLICATIONS[name] : undefined;
}

/**
 * Every port that `application-default` may open for an application, plain and inside TLS, or undefined
 * where we don't know.
 */
export function everyDefaultPort(name: string): string[] | undefined {
  const application = knownApplication(name);
  return application && [...application.ports, ...application.securePorts];
}
