import { BadRequest } from "./refusal";
import type { XmlElement } from "./xml/element";

/**
 * Refuses what an administrator's role doesn't allow. A custom role names types of requests under `xmlapi`,
 * each of them enabled or else refused; PAN-OS can't make it finer. Of the built-in ones, those that
 * administer may do everything and those that read may read.
 * @param root the configuration with the custom roles
 * @param roleBased the administrator's `permissions/role-based`
 * @param writes whether a request of type config changes something
 * @throws BadRequest 403
 */
export function requireRight(
  root: XmlElement,
  roleBased: XmlElement | undefined,
  type: string,
  writes: boolean,
): void {
  const profile = roleBased?.at("custom")?.value("profile");
  const allowed =
    profile === undefined
      ? builtIn(roleBased, type, writes)
      : custom(root, profile)?.value(type) === "enable";
  if (!allowed) throw new BadRequest(403, `Type [${type}] not authorized for user role.`);
}

function custom(root: XmlElement, profile: string): XmlElement | undefined {
  const role = root.at("shared", "admin-role", `entry:${profile}`, "role");
  return role?.at("device", "xmlapi") ?? role?.at("vsys", "xmlapi");
}

const READS: ReadonlySet<string> = new Set(["config", "op", "log", "report", "export"]);

function builtIn(role: XmlElement | undefined, type: string, writes: boolean): boolean {
  const has = (...names: string[]) =>
    role?.children.some(({ tag, text }) => names.includes(tag) && text !== "no") ?? false;
  if (has("superuser", "deviceadmin", "vsysadmin")) return true;
  return has("superreader", "devicereader", "vsysreader") && !writes && READS.has(type);
}
