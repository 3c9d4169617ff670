import { parseArgs } from "node:util";
import type { ApprovedPermission } from "../../guard/approvals/approval";
import { ENTRIES_HASH, GROUP_ID, permission, TICKET } from "../../guard/approvals/read";
import { APPROVALS_PLACE } from "../../settings/guard";

export const HELP = `Approves a change of a security group's rules, outside the request: before it is made, or after it was held.

  npm run approve -- --stack NAME --group sg-… --permission 'ingress tcp/22 203.0.113.7/32' --until 24h [options]

  --stack NAME         stack; Pulumi.NAME.yaml says where approvals are kept (aws-panos-rules:guard)
  --store PLACE        or the place itself: a DynamoDB table's name, or s3://bucket/prefix
  --region REGION      where that is, if nothing else says it
  --group ID           the security group
  --permission TEXT    direction (ingress, egress), traffic (tcp/22, udp/1-1023, icmp, protocol/47, any) and end
                       (CIDR, prefix list's or group's id); what lies inside it is approved, too
  --entries HASH       of a prefix list: what its blocks have to be, as messages say it; without it, what they are now
  --ticket WORD        only rules whose description, or a tag's value, has this word
  --closes             the permission may be closed, not opened
  --for NAME           whose change: user, session, role or ARN, * stands for anything. Never your own
  --until WHEN         2026-11-22T08:00:00Z, or from now: 30m, 24h, 7d
  --once               good for one change, which then stands for good; otherwise for as many as come, until then
  --reason TEXT        for who reads it later
  --as NAME            your source identity, where guard.yaml tells people apart by it (approvers.person)
  --help               this text

Or says the tag that approves a security-group rule as it is now (guardrails.approvalTag), and writes nothing:

  npm run approve -- --tag firewall-approved=yes --rule sgr-… [--region REGION]

Exit code: 0 approved, 1 AWS refused, 2 wrong arguments.
`;

export interface Flags {
  stack: string | undefined;
  store: string | undefined;
  region: string | undefined;
  group: string;
  for: string | undefined;
  permission: ApprovedPermission;
  ticket: string | undefined;
  until: string;
  once: boolean;
  reason: string | undefined;
  as: string | undefined;
}

/** Which rule's tag is asked for. */
export interface TagFlags {
  tag: string;
  rule: string;
  region: string | undefined;
}

/** The command line, or everything that is wrong with it. @param now for times that count from now */
export function readFlags(args: string[], now: Date): Flags | TagFlags | { problem: string } | "help" {
  try {
    const text = { type: "string" as const };
    const flag = { type: "boolean" as const, default: false };
    const { values } = parseArgs({
      args,
      options: {
        ...{ stack: text, store: text, region: text, group: text, permission: text, ticket: text },
        ...{ closes: flag, for: text, until: text, once: flag, reason: text, help: { ...flag, short: "h" } },
        ...{ entries: text, as: text, tag: text, rule: text },
      },
    });
    if (values.help) return "help";
    if (values.tag !== undefined || values.rule !== undefined) return tagFlags(values);
    const { stack, store, region, group = "", ticket, once, reason, as, entries } = values;
    const approved = permissionOf(values.permission, values.closes, entries);
    const until = timeOf(values.until ?? "", now);
    const problems = [
      (stack === undefined) === (store === undefined) &&
        "say where approvals are kept: --stack NAME, or --store PLACE",
      store !== undefined &&
        !APPROVALS_PLACE.test(store) &&
        "--store is neither a table's name nor s3://bucket/prefix",
      !GROUP_ID.test(group) && "--group: give a security group's id, sg-0123abcd",
      values.permission === undefined &&
        `say what is approved: --permission${ticket === undefined ? "" : " (--ticket alone approves nothing)"}`,
      entries !== undefined &&
        !ENTRIES_HASH.test(entries) &&
        "--entries: give the hash that the message says",
      values.permission !== undefined &&
        approved === undefined &&
        `--permission ${JSON.stringify(values.permission)}: give 'ingress tcp/22 203.0.113.7/32'`,
      ticket !== undefined && !TICKET.test(ticket) && "--ticket: give one word, CHG-1234",
      values.for !== undefined && !/^.{1,256}$/su.test(values.for) && "--for: give a name",
      until === undefined && "--until: give a time to come, 2026-11-22T08:00:00Z or 24h",
    ].filter((problem) => problem !== false);
    if (problems.length > 0) return { problem: problems.join("\n") };
    const common = { stack, store, region, group, for: values.for, ticket, until: until!, once, reason, as };
    return { ...common, permission: approved! };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function tagFlags({ tag = "", rule = "", region }: { tag?: string; rule?: string; region?: string }) {
  const problems = [
    !/^[^=]{1,128}(=.*)?$/su.test(tag) && "--tag: give guardrails.approvalTag, firewall-approved=yes",
    !/^sgr-[0-9a-f]+$/.test(rule) && "--rule: give a security-group rule's id, sgr-0123abcd",
  ].filter((problem) => problem !== false);
  return problems.length > 0 ? { problem: problems.join("\n") } : { tag, rule, region };
}

function permissionOf(
  text: string | undefined,
  closes: boolean,
  entries: string | undefined,
): ApprovedPermission | undefined {
  const [, direction = "ingress", name = "", end = ""] =
    /^(?:(ingress|egress) )?(\S+) (?:from |to )?(\S+)$/.exec(text?.trim() ?? "") ?? [];
  const approved = permission(name, end, entries);
  if (approved === undefined) return undefined;
  return { kind: closes ? "closes" : "opens", direction: direction as "ingress" | "egress", ...approved };
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function timeOf(text: string, now: Date): string | undefined {
  const [, number, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  const time =
    unit === undefined
      ? new Date(/^\d{4}-\d\d-\d\dT\S*Z$/.test(text) ? text : NaN)
      : new Date(now.getTime() + Number(number) * UNITS[unit as keyof typeof UNITS]);
  return time > now ? time.toISOString() : undefined;
}
