import { randomUUID } from "node:crypto";
import path from "node:path";
import { entriesNow, tagFor } from "./ec2";
import { askedIn, type Asked } from "./asked";
import type { Approval, ApprovedPermission } from "../../guard/approvals/approval";
import { approverOf, keyOfCaller, type Approvers } from "../../guard/approvals/people";
import { GuardError } from "../../guard/error";
import { readPolicy } from "../../guard/policy/read";
import { legible } from "../../guard/rules";
import { approvalStore, REQUESTS } from "../../guard/stores";
import type { Place } from "../../aws/place";
import { guardSettings } from "../../settings/guard";
import { collector, SettingsError } from "../../settings/problems";
import { reader } from "../../settings/reader";
import { readStackFile } from "../../settings/stack-file";
import { command, prose } from "../framework";
import { approveTable } from "./table";

/** Approves a change, in the name of whose AWS credentials it runs with. */
export const approve = command(approveTable, async (given, { output, folder, environment }) => {
  const say = prose(output, environment);
  const now = new Date();
  const asked = askedIn(given, now);
  if ("tag" in asked) {
    const { region } = asked;
    say(await tagFor(asked.rule, asked.tag, region === undefined ? {} : { region }));
    return "fine";
  }
  const { address, place, approvers } = await storeOf(asked, folder);
  const by = await caller(place, asked.as);
  // Whoever gives --store alone learns it from the next run.
  const approver = approvers === undefined ? undefined : approverOf(by, approvers.who);
  if (approver && "problem" in approver) throw new GuardError("APPROVALS", `${by}: ${approver.problem}`);
  const { group, ticket, until, once, reason } = asked;
  const { permission, blocks } = await bound(asked.permission, place);
  const approval: Approval = {
    id: randomUUID(),
    by,
    madeAt: now.toISOString(),
    group,
    until,
    once,
    permission,
    ...(asked.for !== undefined && { for: asked.for }),
    ...(ticket !== undefined && { ticket }),
    ...(reason !== undefined && { reason: legible(reason, 500) }),
  };
  const store = await approvalStore(address, place);
  await store.add(approval);
  const { kind, direction, text, end } = permission;
  const what = `${kind === "closes" ? "closing" : "opening"} ${direction} ${text} ${end}${blocks}`;
  const carrying = ticket === undefined ? "" : `, where it carries ${ticket}`;
  say(
    `${by.slice(by.lastIndexOf(":") + 1)} approves ${what} of ${group} for ${asked.for ?? "anybody else"}${carrying}, ` +
      `${once ? "once, until" : "until"} ${until}. It is kept in ${store.name} as ${approval.id}.`,
  );
  return "fine";
});

/** The permission; of a prefix list, with what its blocks are now. */
async function bound(
  permission: ApprovedPermission,
  place: Place,
): Promise<{ permission: ApprovedPermission; blocks: string }> {
  const { end, entries } = permission;
  if (!end.startsWith("pl-") || entries !== undefined) return { permission, blocks: "" };
  const { size, hash } = await entriesNow(end, place);
  return {
    permission: { ...permission, entries: hash },
    blocks: ` as it is now (${size})`,
  };
}

async function storeOf(
  { stack, store, region }: Asked,
  folder: string,
): Promise<{ address: string; place: Place; approvers?: { who: Approvers | undefined } }> {
  const at = region === undefined ? {} : { region };
  if (store !== undefined) return { address: store, place: at };
  const values = await readStackFile(folder, stack ?? "");
  const { problems, report } = collector();
  const get = (key: string) => values[key];
  const guard = guardSettings(reader(get, report).json("guard"), get, report);
  if (problems.length > 0) throw new SettingsError(problems);
  if (guard === undefined) {
    throw new GuardError(
      "SETTINGS",
      `Pulumi.${stack}.yaml has no aws-panos-rules:guard, which says where approvals are kept. Give --store`,
    );
  }
  const policy = await readPolicy(path.resolve(folder, guard.policy));
  return {
    address: guard.approvals,
    place: { ...guard.place, ...at },
    approvers: { who: policy.approvers },
  };
}

/** The key that only who runs this may write under. @param as the source identity */
async function caller(place: Place, as: string | undefined): Promise<string> {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { STS } = await import("@aws-sdk/client-sts");
  let arn: string;
  let key: string | undefined;
  try {
    const { UserId, Arn } = await new STS({ ...place, requestHandler: REQUESTS }).getCallerIdentity({});
    if (UserId === undefined || Arn === undefined) throw new Error("its answer names nobody");
    arn = Arn;
    key = keyOfCaller(Arn, UserId, as);
  } catch (error) {
    const { name, message } = error as Error;
    throw new GuardError(
      "APPROVALS",
      `AWS doesn't say who you are (${legible(`${name}: ${message}`)}). Check your AWS credentials and the region`,
      { cause: error },
    );
  }
  if (key !== undefined) return key;
  throw new GuardError(
    "APPROVALS",
    `${legible(arn)} is neither a role's session nor an IAM user: the root user and federated tokens approve nothing`,
  );
}
