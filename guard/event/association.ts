import { field, optionalText, recordIn } from "../../aws/cloudtrail/fields";
import type { CloudTrailRecord } from "../../aws/cloudtrail/record";
import { GuardError } from "../error";
import type { Kind } from "../policy/types";
import type { GroupEvent } from "./event";

/** The calls after which a group's rules hold in another VPC than its own, too, or no longer. */
const KINDS: Readonly<Record<string, Kind>> = {
  AssociateSecurityGroupVpc: "opens",
  DisassociateSecurityGroupVpc: "closes",
};
export const ASSOCIATION_CALLS = Object.keys(KINDS);

/** A group that was associated with a VPC, or is no longer. */
export interface Association {
  event: GroupEvent & { group: { id: string } };
  vpc: string;
  /** What it does with the group's rules there. */
  kind: Kind;
}

/**
 * What an event says of a group and a VPC; undefined: it is no such call, or did nothing.
 * @throws GuardError `EVENT` where it doesn't say which
 */
export function associationIn(record: CloudTrailRecord): Association | undefined {
  const { id = "none", at = new Date(0).toISOString(), name = "", account, region, principal } = record;
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined || (record.error !== undefined && !record.isUncertain)) return undefined;
  const parameters = recordIn(record.request);
  const request = recordIn(field(parameters, `${name}Request`) ?? parameters);
  const [group, vpc] = ["groupId", "vpcId"].map((key) => optionalText(field(request, key)));
  if (group === undefined || vpc === undefined || account === undefined || region === undefined) {
    throw new GuardError(
      "EVENT",
      `${name} doesn't say of which group, VPC, account and region: look by hand`,
    );
  }
  const event = { id, at, name, account, region, principal, group: { id: group }, effects: [] };
  return { event, vpc, kind };
}
