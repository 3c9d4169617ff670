import { hostProblem, parsedHost } from "./hostname";
import type { DeviceGroup } from "./location";

/** How to reach a firewall's XML API and as whom. */
export interface Connection {
  hostname: string;
  /** The other one of an HA pair, for when the first isn't the active one. */
  peerHostname?: string;
  port: number;
  protocol: "https" | "http";
  vsys: string;
  /** Set where it is Panorama, for one of its device groups; `vsys` says it, too, as `Location` has it. */
  panorama?: DeviceGroup;
  apiKey?: string;
  /** The secret of AWS Secrets Manager that holds the key, by name or ARN. */
  apiKeySecret?: string;
  /** Reads the key from where it is kept; asked when it is first needed, and again when it is refused. */
  readApiKey?: () => Promise<string>;
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

/** What is said of a connection on every run: what somebody on the way could read or change. */
export function connectionWarnings({ protocol, skipVerifyCertificate }: Connection): string[] {
  if (protocol === "http") {
    return [
      "panos:protocol is http: the API key and every rule cross the network readable, and whoever is on the way can " +
        "change them. Set it to https",
    ];
  }
  if (!skipVerifyCertificate) return [];
  return [
    "panos:skipVerifyCertificate is true: whoever is on the way can pass for the firewall, and read its API key. Set " +
      "panos:caFile to the certificate of its authority instead",
  ];
}

/** The environment variables that override the settings; the Terraform provider's names where it has one. */
export const CONNECTION_ENVIRONMENT = {
  hostname: "PANOS_HOSTNAME",
  peerHostname: "PANOS_PEER_HOSTNAME",
  port: "PANOS_PORT",
  protocol: "PANOS_PROTOCOL",
  vsys: "PANOS_VSYS",
  apiKey: "PANOS_API_KEY",
  apiKeySecret: "PANOS_API_KEY_SECRET",
  username: "PANOS_USERNAME",
  password: "PANOS_PASSWORD",
  caFile: "PANOS_CA_FILE",
  skipVerifyCertificate: "PANOS_SKIP_VERIFY_CERTIFICATE",
} as const;

/** Of a setting or an environment variable, in characters. */
const MAX_VALUE = 8192;
/** A name or ARN of AWS Secrets Manager (API reference, CreateSecret). */
export const SECRET_ID =
  /^(arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[A-Za-z0-9/_+=.@-]{1,512}$/;
/** An API key; an HTTP header can't carry anything else. */
const API_KEY = /^[\x21-\x7e]+$/;
const PORT = /^\d{1,5}$/;
export const VSYS = /^[A-Za-z0-9._-]{1,63}$/;

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

  for (const key of Object.keys(CONNECTION_ENVIRONMENT) as ConnectionKey[]) {
    const { length } = value(key) ?? "";
    // Far more than any of them has. What it holds is not shown: it may be a key, and would fill the terminal.
    if (length > MAX_VALUE) report(key, `has ${length} characters, more than ${MAX_VALUE}`, "a shorter one");
  }
  if (problems.length > 0) return { problems };
  const hostname = value("hostname") ?? "";
  const wrong = hostname === "" ? "is missing" : hostProblem(hostname);
  if (wrong !== undefined) report("hostname", wrong, "fw1.example.com");
  const peerHostname = value("peerHostname");
  const peersWrong = peerHostname === undefined ? undefined : peerProblem(peerHostname, hostname);
  if (peersWrong !== undefined) report("peerHostname", peersWrong, "fw2.example.com");

  const protocol = value("protocol") ?? "https";
  if (protocol !== "https" && protocol !== "http")
    report("protocol", `${JSON.stringify(protocol)} is neither https nor http`, "https");

  const portText = value("port") ?? (protocol === "http" ? "80" : "443");
  const port = Number(portText);
  if (!PORT.test(portText) || port < 1 || port > 65535)
    report("port", `${JSON.stringify(portText)} is not a port number from 1 to 65535`, "443");

  const vsys = value("vsys") ?? "vsys1";
  if (!VSYS.test(vsys)) report("vsys", `${JSON.stringify(vsys)} is not a vsys`, "vsys1");

  const skip = value("skipVerifyCertificate") ?? "false";
  if (skip !== "true" && skip !== "false")
    report("skipVerifyCertificate", `${JSON.stringify(skip)} is neither true nor false`, "false");

  const credentials = credentialsFrom(value, environment, report);
  const caFile = value("caFile");
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
      ...credentials,
      ...(caFile !== undefined && { caFile }),
    },
  };
}

function peerProblem(peerHostname: string, hostname: string): string | undefined {
  const wrong = hostProblem(peerHostname);
  if (wrong !== undefined || parsedHost(peerHostname) !== parsedHost(hostname)) return wrong;
  return "is what panos:hostname is: it takes the other one of an HA pair";
}

/**
 * The key, or where it is kept, and the login. What the environment says of the key wins over all that the
 * configuration says of it.
 */
function credentialsFrom(
  value: (key: ConnectionKey) => string | undefined,
  environment: NodeJS.ProcessEnv,
  report: (key: ConnectionKey, problem: string, example: string) => void,
): Pick<Connection, "apiKey" | "apiKeySecret" | "username" | "password"> {
  const given = (key: ConnectionKey) => Boolean(environment[CONNECTION_ENVIRONMENT[key]]);
  const apiKey = given("apiKeySecret") && !given("apiKey") ? undefined : value("apiKey")?.trim();
  const apiKeySecret = given("apiKey") && !given("apiKeySecret") ? undefined : value("apiKeySecret");
  const [username, password] = [value("username"), value("password")];
  const credentials = { apiKey, apiKeySecret, username, password };

  if (apiKey !== undefined && !API_KEY.test(apiKey))
    report("apiKey", "has characters in it that no API key has", "npm run keygen");
  if (apiKeySecret !== undefined && !SECRET_ID.test(apiKeySecret))
    report("apiKeySecret", "is not the name or ARN of a secret in AWS Secrets Manager", "prod/firewall");
  if (apiKey !== undefined && apiKeySecret !== undefined)
    report(
      "apiKeySecret",
      "is set beside panos:apiKey: only one of them can be meant",
      "remove panos:apiKey",
    );
  if (
    apiKey === undefined &&
    apiKeySecret === undefined &&
    (username === undefined || password === undefined)
  ) {
    const missing = username !== undefined ? "password" : password !== undefined ? "username" : "apiKey";
    report(
      missing,
      missing === "apiKey"
        ? "is missing, and so are panos:apiKeySecret, and panos:username with panos:password"
        : `is missing, although panos:${missing === "password" ? "username" : "password"} is set`,
      `pulumi config set ${missing === "username" ? "" : "--secret "}panos:${missing}`,
    );
  }
  return Object.fromEntries(Object.entries(credentials).filter(([, text]) => text !== undefined));
}
