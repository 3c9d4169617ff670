/** What approving asks EC2, in the name of who approves. */
import { entriesHash } from "../../guard/entries";
import { Ec2SecurityGroups } from "../../guard/groups";
import { GuardError } from "../../guard/error";
import { describeRule, groupRule, legible } from "../../guard/rules";
import { REQUESTS } from "../../guard/stores";
import type { Place } from "../../aws/place";
import { approvalValue } from "../../mapping/approval-tag";
import { tagParts } from "../../mapping/tags";
import { counted } from "../../lib/text";

async function ec2In(place: Place) {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { EC2 } = await import("@aws-sdk/client-ec2");
  return new EC2({ ...place, requestHandler: REQUESTS });
}

/** What a prefix list's blocks are now. @throws GuardError `EC2` */
export async function entriesNow(
  prefixList: string,
  place: Place,
): Promise<{ blocks: string[]; size: string; hash: string }> {
  const ec2 = await ec2In(place);
  const blocks = await new Ec2SecurityGroups(ec2).entries(prefixList);
  if (blocks === undefined) {
    throw new GuardError(
      "EC2",
      `the blocks of ${prefixList} can't be read, and an approval is for those alone. Check the region, and that ` +
        "ec2:GetManagedPrefixListEntries is allowed on it, or give --entries as the message says it",
    );
  }
  return { blocks, size: counted(blocks.length, "block"), hash: entriesHash(blocks) };
}

/** Which tag approves a security-group rule for what it lets through now, in words. @throws GuardError `EC2` */
export async function tagFor(rule: string, tag: string, place: Place): Promise<string> {
  const ec2 = await ec2In(place);
  const { SecurityGroupRules: [found] = [] } = await ec2
    .describeSecurityGroupRules({ SecurityGroupRuleIds: [rule] })
    .catch((error: unknown) => {
      const { name, message } = error as Error;
      const reason = legible(`${name}: ${message}`, 400);
      throw new GuardError("EC2", `${rule} can't be read: ${reason}. Check its id and the region`);
    });
  if (found === undefined) throw new GuardError("EC2", `${rule} isn't there. Check its id and the region`);
  const content = groupRule(found, found.GroupOwnerId ?? "");
  const list = content.prefixListId;
  const { blocks, size } = list === undefined ? { blocks: [], size: "" } : await entriesNow(list, place);
  const { key } = tagParts(tag);
  const value = approvalValue(tag, content, blocks);
  const lists =
    blocks.length === 0
      ? ""
      : ` (${size}: ${blocks.slice(0, 10).join(", ")}${blocks.length > 10 ? ", …" : ""})`;
  return (
    `${rule} of ${found.GroupId} is ${describeRule(content)}${lists}. This tag approves that, and nothing else:\n` +
    `aws ec2 create-tags --resources ${rule} --tags 'Key=${key},Value=${value}'`
  );
}
