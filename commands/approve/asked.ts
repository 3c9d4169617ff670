import type { ApprovedPermission } from "../../guard/approvals/approval";
import { ENTRIES_HASH, GROUP_ID, permission, TICKET } from "../../guard/approvals/read";
import { APPROVALS_PLACE } from "../../settings/table/forms";
import { refuse, type GivenTo } from "../framework";
import type { approveTable } from "./table";

type Given = GivenTo<typeof approveTable>;

/** A change that is to be approved. */
export interface Asked {
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
export interface AskedTag {
  tag: string;
  rule: string;
  region: string | undefined;
}

/** What is asked. @param now for times that count from now @throws UsageError with everything that is wrong */
export function askedIn(given: Given, now: Date): Asked | AskedTag {
  if (given.tag !== undefined || given.rule !== undefined) return tagIn(given);
  const { stack, store, region, group = "", ticket, once, reason, as, entries } = given;
  const approved = permissionOf(given.permission, given.closes, entries);
  const until = timeOf(given.until ?? "", now);
  refuse(
    (stack === undefined) === (store === undefined) &&
      "say where approvals are kept: --stack NAME, or --store PLACE",
    store !== undefined &&
      !APPROVALS_PLACE.test(store) &&
      "--store is neither a table's name nor s3://bucket/prefix",
    !GROUP_ID.test(group) && "--group: give a security group's id, sg-0123abcd",
    given.permission === undefined &&
      `say what is approved: --permission${ticket === undefined ? "" : " (--ticket alone approves nothing)"}`,
    entries !== undefined && !ENTRIES_HASH.test(entries) && "--entries: give the hash that the message says",
    given.permission !== undefined &&
      approved === undefined &&
      `--permission ${JSON.stringify(given.permission)}: give 'ingress tcp/22 203.0.113.7/32'`,
    ticket !== undefined && !TICKET.test(ticket) && "--ticket: give one word, CHG-1234",
    given.for !== undefined && !/^.{1,256}$/su.test(given.for) && "--for: give a name",
    until === undefined && "--until: give a time to come, 2026-11-22T08:00:00Z or 24h",
  );
  const common = { stack, store, region, group, for: given.for, ticket, until: until!, once, reason, as };
  return { ...common, permission: approved! };
}

function tagIn({ tag = "", rule = "", region }: Given): AskedTag {
  refuse(
    !/^[^=]{1,128}(=.*)?$/su.test(tag) && "--tag: give guardrails.approvalTag, firewall-approved=yes",
    !/^sgr-[0-9a-f]+$/.test(rule) && "--rule: give a security-group rule's id, sgr-0123abcd",
  );
  return { tag, rule, region };
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
