import { randomUUID } from "node:crypto";
import { HELP, readFlags, type Flags } from "./approve/flags";
import { approver, type Approval } from "./guard/approvals/approval";
import { GuardError } from "./guard/error";
import { legible } from "./guard/rules";
import { approvalStore, REQUESTS, type Place } from "./guard/stores";
import { guardSettings } from "./settings/guard";
import { collector, SettingsError } from "./settings/problems";
import { reader } from "./settings/reader";
import { readStackFile } from "./settings/stack-file";
import { runCommand, type Terminal } from "./terminal";

/**
 * Approves a change, in the name of whose AWS credentials it runs with.
 * @returns the exit code: 0 approved, 1 AWS refused, 2 wrong arguments or settings
 */
export async function approve(args: string[], { output, folder }: Terminal): Promise<number> {
  const say = (text: string) => output.write(`${text}\n`);
  const now = new Date();
  const flags = readFlags(args, now);
  if (flags === "help") {
    say(HELP);
    return 0;
  }
  if ("problem" in flags) {
    say(`${flags.problem}\n\n${HELP}`);
    return 2;
  }
  try {
    const { address, place } = await storeOf(flags, folder);
    const by = await caller(place);
    const { group, permission, ticket, until, once, reason } = flags;
    const approval: Approval = {
      ...{ id: randomUUID(), by, madeAt: now.toISOString(), group, until, once },
      ...(flags.for !== undefined && { for: flags.for }),
      ...(permission && { permission }),
      ...(ticket !== undefined && { ticket }),
      ...(reason !== undefined && { reason: legible(reason, 500) }),
    };
    const store = await approvalStore(address, place);
    await store.add(approval);
    const what = permission
      ? `${permission.kind === "closes" ? "closing" : "opening"} ${permission.direction} ${permission.text} ${permission.end}`
      : `what carries ${ticket}`;
    say(
      `${approver(by)} approves ${what} of ${group} for ${flags.for ?? "anybody else"}, ` +
        `${once ? "once, until" : "until"} ${until}. It is kept in ${store.name} as ${approval.id}.`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(`nothing was approved: ${error.message}`);
    return error instanceof SettingsError ? 2 : 1;
  }
}

async function storeOf(
  { stack, store, region }: Flags,
  folder: string,
): Promise<{ address: string; place: Place }> {
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
  return { address: guard.approvals, place: { ...guard.place, ...at } };
}

/** What IAM calls `aws:userid` of who runs this. */
async function caller(place: Place): Promise<string> {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { STS } = await import("@aws-sdk/client-sts");
  try {
    const { UserId } = await new STS({ ...place, requestHandler: REQUESTS }).getCallerIdentity({});
    if (UserId === undefined) throw new Error("its answer names nobody");
    return UserId;
  } catch (error) {
    const { name, message } = error as Error;
    throw new GuardError(
      "APPROVALS",
      `AWS doesn't say who you are (${legible(`${name}: ${message}`)}). Check your AWS credentials and the region`,
      { cause: error },
    );
  }
}

if (require.main === module) runCommand(approve);
