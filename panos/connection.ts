/** How to reach a firewall's XML API and as whom. */
export interface Connection {
  hostname: string;
  /** The other one of an HA pair, for when the first isn't the active one. */
  peerHostname?: string;
  port: number;
  protocol: "https" | "http";
  vsys: string;
  apiKey?: string;
  username?: string;
  password?: string;
  /** A file of PEM certificates to trust, instead of the system's. */
  caFile?: string;
  skipVerifyCertificate: boolean;
}

/** One thing wrong with a setting: which, what, and what would be right. */
export interface SettingProblem {
  key: string;
  problem: string;
  example: string;
}

/** The environment variables that override the settings; the Terraform provider's names where it has one. */
export const CONNECTION_ENVIRONMENT = {
  hostname: "PANOS_HOSTNAME",
  peerHostname: "PANOS_PEER_HOSTNAME",
  port: "PANOS_PORT",
  protocol: "PANOS_PROTOCOL",
  vsys: "PANOS_VSYS",
  apiKey: "PANOS_API_KEY",
  username: "PANOS_USERNAME",
  password: "PANOS_PASSWORD",
  caFile: "PANOS_CA_FILE",
  skipVerifyCertificate: "PANOS_SKIP_VERIFY_CERTIFICATE",
} as const;

const HOSTNAME = /^([A-Za-z0-9._-]+|\[?[0-9A-Fa-f:]+\]?)$/;

type ConnectionKey = keyof typeof CONNECTION_ENVIRONMENT;

/**
 * Puts a connection together from stack configuration (namespace `panos:`) and environment; the
 * environment wins, so that a rotated key works in refresh and destroy too, which get the configuration
 * of the last update.
 * @param config gives a value of the `panos:` namespace as text, or undefined
 * @returns the connection, or every problem found; never a secret's value
 */
export function connectionFrom(
  config: (key: string) => string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): { connection?: Connection; problems: SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const value = (key: ConnectionKey): string | undefined =>
    environment[CONNECTION_ENVIRONMENT[key]] || config(key) || undefined;
  const report = (key: ConnectionKey, problem: string, example: string) =>
    problems.push({ key: `panos:${key} (or ${CONNECTION_ENVIRONMENT[key]})`, problem, example });

  const hostname = value("hostname") ?? "";
  if (hostname === "") report("hostname", "is missing", "fw1.example.com");
  else if (!HOSTNAME.test(hostname))
    report("hostname", `${JSON.stringify(hostname)} is not a host name or an address`, "fw1.example.com");
  const peerHostname = value("peerHostname");
  if (peerHostname !== undefined && !HOSTNAME.test(peerHostname))
    report(
      "peerHostname",
      `${JSON.stringify(peerHostname)} is not a host name or an address`,
      "fw2.example.com",
    );

  const protocol = value("protocol") ?? "https";
  if (protocol !== "https" && protocol !== "http")
    report("protocol", `${JSON.stringify(protocol)} is neither https nor http`, "https");

  const port = Number(value("port") ?? (protocol === "http" ? 80 : 443));
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    report("port", `${JSON.stringify(value("port"))} is not a port number from 1 to 65535`, "443");

  const vsys = value("vsys") ?? "vsys1";
  if (!/^[A-Za-z0-9._-]{1,63}$/.test(vsys)) report("vsys", `${JSON.stringify(vsys)} is not a vsys`, "vsys1");

  const skip = value("skipVerifyCertificate") ?? "false";
  if (skip !== "true" && skip !== "false")
    report("skipVerifyCertificate", `${JSON.stringify(skip)} is neither true nor false`, "false");

  const [apiKey, username, password, caFile] = (["apiKey", "username", "password", "caFile"] as const).map(
    value,
  );
  if (apiKey === undefined && (username === undefined || password === undefined)) {
    const missing = username !== undefined ? "password" : password !== undefined ? "username" : "apiKey";
    report(
      missing,
      missing === "apiKey"
        ? "is missing, and so are panos:username and panos:password"
        : `is missing, although panos:${missing === "password" ? "username" : "password"} is set`,
      `pulumi config set ${missing === "username" ? "" : "--secret "}panos:${missing}`,
    );
  }
  if (problems.length > 0) return { problems };
  return {
    problems,
    connection: {
      hostname,
      ...(peerHostname !== undefined && { peerHostname }),
      port,
      protocol: protocol as Connection["protocol"],
      vsys,
      skipVerifyCertificate: skip === "true",
      ...(apiKey !== undefined && { apiKey }),
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(caFile !== undefined && { caFile }),
    },
  };
}
