/** What AWS itself stops, for people. */
import type { Filters } from "../../inventory/filters";
import { cidrsOf } from "../../lib/net/cidr";
import { listed } from "../../lib/text";
import { describeLine } from "./line";
import type { Denial, Stopped } from "./network-acls";

/** So many ends, boxes and subnets are named in a sentence. */
const MOST_NAMED = 3;

/** How much of some traffic AWS stops, the beginning of a sentence. */
export function howMuch(isWhole: boolean): string {
  return isWhole ? "AWS stops all of it" : "AWS stops a part of it";
}

/** "network ACL acl-1 denies tcp/443 from 203.0.113.0/24 into subnet-1 (inbound entry 90)" */
export function denialText({ aclId, entry, way, isAnswer, family, boxes, subnetIds }: Denial): string {
  const isIn = way === "inbound";
  const texts = boxes.map(({ source, ports }) => {
    const ends = source.flatMap((interval) => cidrsOf(family, interval).map(({ text }) => text));
    const what = listed(describeLine(ports, family), MOST_NAMED, " and");
    return `${what} ${isIn ? "from" : "to"} ${listed(ends, MOST_NAMED, " and")}`;
  });
  const where = `${isIn ? "into" : "out of"} ${listed(subnetIds, MOST_NAMED, " and")}`;
  const answers = isAnswer ? "the answers, " : "";
  return `network ACL ${aclId} denies ${answers}${listed(texts, MOST_NAMED)}, ${where} (${way} entry ${entry})`;
}

/** What isn't known of it, one sentence each. */
export function unknownText({ unknown }: Pick<Stopped, "unknown">): string[] {
  if (unknown.length === 0) return [];
  return [
    `the network ACL of ${listed(unknown, MOST_NAMED, " and")} was not seen, so what it denies is not known`,
  ];
}

/** What of what AWS stops was not read, one sentence each. */
export function notRead(filters: Pick<Filters, "unread"> | undefined): string[] {
  if (filters !== undefined) return [...filters.unread];
  return [
    "Network ACLs were not read, and one may deny what is opened here: inventory ec2 reads them, and what is recorded with it.",
  ];
}
