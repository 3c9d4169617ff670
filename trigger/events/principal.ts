import type { Principal } from "../../aws/cloudtrail/principal";
import { cut } from "../../lib/text";

const MAX_PRINCIPAL = 80;

/**
 * Who made a call: a user's name, "role/deploy/alice" for a session of a role, "root", or the service.
 * Undefined where the record doesn't say.
 */
export function callerText(principal: Principal): string | undefined {
  const { type, id, arn, user, role, session, service, name, onBehalfOf } = principal;
  if (type === "Root") return "root";
  const text =
    type === "AssumedRole"
      ? ["role", role ?? name, session ?? id?.split(":")[1]].filter((part) => part).join("/")
      : (onBehalfOf ?? user ?? name ?? service ?? arn);
  return text === undefined || text === "" ? undefined : cut(text, MAX_PRINCIPAL);
}
