import { parseArgs } from "node:util";
import type { ApprovedPermission } from "../guard/approvals/approval";
import { APPROVALS_PLACE } from "../guard/stores";
import { parseCidr } from "../mapping/cidr";
import { ANY, traffic } from "../settings/guardrails";

export const HELP = `Approves a change of a security group's rules, outside the request: before it is made, or after it was held.

  npm run approve -- --stack NAME --group sg-… --permission 'ingress tcp/22 203.0.113.7/32' --until 24h [options]

  --stack NAME         stack; Pulumi.NAME.yaml says where approvals are kept (aws-panos-rules:guard)
  --store PLACE        or the place itself: a DynamoDB table's name, or s3://bucket/prefix
  --region REGION      where that is, if nothing else says it
  --group ID           the security group
  --permission TEXT    direction (ingress, egress), traffic (tcp/22, udp/1-1023, icmp, protocol/47, any) and end
                       (CIDR, prefix list's or group's id); what lies inside it is approved, too
  --ticket WORD        or: rules whose description, or a tag's value, has this word
  --closes             the permission may be closed, not opened
  --for NAME           whose change: user, session, role or ARN, * stands for anything. Never your own
  --until WHEN         2026-11-22T08:00:00Z, or from now: 30m, 24h, 7d
  --once               good for one change, which then stands for good; otherwise for as many as come, until then
  --reason TEXT        for who reads it later
  --help               this text

Exit code: 0 approved, 1 AWS refused, 2 wrong arguments.
`;

export interface Flags {
  stack: string | undefined;
  store: string | undefined;
  region: string | undefined;
  group: string;
  for: string | undefined;
  permission: ApprovedPermission | undefined;
  ticket: string | undefined;
  until: string;
  once: boolean;
  reason: string | undefined;
}

/** The command line, or everything that is wrong with it. @param now for times that count from now */
export function readFlags(args: string[], now: Date): Flags | { problem: string } | "help" {
  try {
    const text = { type: "string" as const };
    const flag = { type: "boolean" as const, default: false };
    const { values } = parseArgs({
      args,
      options: {
        ...{ stack: text, store: text, region: text, group: text, permission: text, ticket: text },
        ...{ closes: flag, for: text, until: text, once: flag, reason: text, help: { ...flag, short: "h" } },
      },
    });
    if (values.help) return "help";
    const { stack, store, region, group = "", ticket, once, reason } = values;
    const permission = permissionOf(values.permission, values.closes);
    const until = timeOf(values.until ?? "", now);
    const problems = [
      (stack === undefined) === (store === undefined) &&
        "say where approvals are kept: --stack NAME, or --store PLACE",
      store !== undefined &&
        !APPROVALS_PLACE.test(store) &&
        "--store is neither a table's name nor s3://bucket/prefix",
      !/^sg-[0-9a-f]+$/.test(group) && "--group: give a security group's id, sg-0123abcd",
      (values.permission === undefined) === (ticket === undefined) &&
        "say what is approved: --permission or --ticket",
      values.permission !== undefined &&
        permission === undefined &&
        `--permission ${JSON.stringify(values.permission)}: give 'ingress tcp/22 203.0.113.7/32'`,
      ticket !== undefined && !/^[^\s,;:()[\]]{3,128}$/.test(ticket) && "--ticket: give one word, CHG-1234",
      ticket !== undefined && values.closes && "--closes goes with --permission",
      until === undefined && "--until: give a time to come, 2026-11-22T08:00:00Z or 24h",
    ].filter((problem) => problem !== false);
    if (problems.length > 0) return { problem: problems.join("\n") };
    return { stack, store, region, group, for: values.for, permission, ticket, until: until!, once, reason };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function permissionOf(text: string | undefined, closes: boolean): ApprovedPermission | undefined {
  const [, direction = "ingress", name = "", end = ""] =
    /^(?:(ingress|egress) )?(\S+) (?:from |to )?(\S+)$/.exec(text?.trim() ?? "") ?? [];
  const guarded = name === "any" ? ANY : traffic(name, "", () => undefined);
  const block =
    parseCidr(end)?.text ?? (/^(pl-[0-9a-f]+|(\d{12}\/)?sg-[0-9a-f]+)$/.test(end) ? end : undefined);
  if (guarded === undefined || block === undefined) return undefined;
  return {
    kind: closes ? "closes" : "opens",
    direction: direction as "ingress" | "egress",
    ...guarded,
    end: block,
  };
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
