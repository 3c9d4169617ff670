import type { PanosClient } from "./client";
import { PanosError } from "./error";
import { child, find, textAt, type XmlElement } from "./xml";

/** What a firewall says of itself. */
export interface SystemInfo {
  hostname: string;
  model: string;
  /** "unknown" without a license. */
  serial: string;
  /** Of its management interface; "" where it doesn't say. */
  macAddress: string;
  address: string;
  swVersion: string;
}

/** multi-config, which everything here rests on, is on by default from this version. */
const OLDEST_VERSION = [10, 2] as const;

/**
 * Asks the firewall for its name, model and version.
 * @throws PanosError `unsupported` for PAN-OS older than 10.2
 */
export async function systemInfo(client: PanosClient): Promise<SystemInfo> {
  const { result } = await client.op("<show><system><info></info></system></show>", true);
  const system = child(result, "system");
  const info = {
    hostname: textAt(system, "hostname"),
    model: textAt(system, "model"),
    serial: textAt(system, "serial"),
    macAddress: textAt(system, "mac-address"),
    address: textAt(system, "ip-address"),
    swVersion: textAt(system, "sw-version"),
  };
  const [major = 0, minor = 0] = info.swVersion.split(".").map(Number);
  if (major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1])) {
    throw new PanosError(
      "UNSUPPORTED",
      `${info.hostname || client.connection.hostname} runs PAN-OS ${info.swVersion || "of an unknown version"}; ` +
        "PAN-OS 10.2 or later is needed, because writes go out as one multi-config transaction",
    );
  }
  return info;
}

/**
 * The administrator that this client's key belongs to. The device marks the asking one with `<self/>`
 * (pan-os-python reads it the same way); a configured user name serves where it doesn't.
 */
export async function administrator(client: PanosClient): Promise<string> {
  const { result } = await client.op("<show><admins></admins></show>", true);
  const entries = find(result, "admins")?.children ?? [];
  const self = entries.find((entry) => child(entry, "self") !== undefined);
  const name = textAt(self, "admin") || client.connection.username;
  if (name === undefined || name === "") {
    throw new PanosError(
      "UNSUPPORTED",
      "the firewall doesn't say which administrator the API key belongs to. Set panos:username to its name",
    );
  }
  return name;
}

/** Every administrator that a device has, logged in or not; none where it doesn't say. */
export async function administrators(client: PanosClient): Promise<string[]> {
  const { result } = await client.op("<show><admins><all></all></admins></show>", true);
  const names = (find(result, "admins")?.children ?? []).map((entry) => textAt(entry, "admin"));
  return [...new Set(names)].filter((name) => name !== "");
}

/** One uncommitted change, as the device's journal tells it. */
export interface PendingChange {
  xpath: string;
  owner: string;
  action: string;
  /**
   * Of an entry that was found by comparison, in a container that the journal names whole: whether that change is surely
   * its owner's, or possibly, as it may be another's. Absent: the journal names it.
   */
  found?: "surely" | "possibly";
}

/** All administrators' uncommitted changes. The xpath is sometimes the container's, not the entry's. */
export async function pendingChanges(client: PanosClient): Promise<PendingChange[]> {
  const { result } = await client.op("<show><config><list><changes></changes></list></config></show>", true);
  return (child(result, "journal")?.children ?? []).map((entry: XmlElement) => ({
    xpath: textAt(entry, "xpath"),
    owner: textAt(entry, "owner") || textAt(entry, "admin-history"),
    action: textAt(entry, "action"),
  }));
}

/** Whether the device would refuse a commit of one administrator's changes only. */
export async function fullCommitRequired(client: PanosClient): Promise<boolean> {
  const { result } = await client.op("<check><full-commit-required></full-commit-required></check>", true);
  return result?.text.trim() === "yes";
}
