import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { DynamoUses } from "./approvals/uses";
import type { GuardEnvironment } from "./environment";
import { GuardError } from "./error";
import { guardingIn, type Guarding } from "./guarding";
import type { Isolated } from "./isolate";
import { Messenger } from "./messenger";
import { readPolicy } from "./policy/read";
import { roleIn, sitesOf, type Reach, type Site } from "./reach";
import { DynamoRecords } from "./record/store";
import { approvalStore, approveFlags, documents } from "./stores";
import { oneOfEach, publish, type Said } from "./tell";
import { postTo } from "./webhook";

/** What the function works with; made once for all of its invocations. */
export interface Deployed {
  /** Where it runs. */
  home: Site;
  /** All that is guarded. */
  sites: readonly Site[];
  /** The same one each time. Of a site that isn't guarded, one that fails with `REACH`. */
  guarding: (site: Site) => Guarding;
  /** What was said already: sites that could not be read, by `siteText`, and approvals that are none. */
  unread: Set<string>;
  tell: (notices: readonly Said[]) => Promise<void>;
  /** Sends the messages that could not be sent. */
  tellAgain: () => Promise<void>;
  /** Keeps what can't be read, with the reason. */
  bury: (body: unknown, reason: string) => Promise<void>;
  log: (line: string) => void;
}

/**
 * Makes what the function works with, from what it is told.
 * @throws GuardError `SETTINGS` or `POLICY`
 */
export async function deployedFrom(
  environment: GuardEnvironment & NodeJS.ProcessEnv,
  log = (line: string) => console.log(line),
): Promise<Deployed> {
  const region = environment["AWS_REGION"] ?? "";
  const place = { region };
  const client = await documents(place);
  const [sns, sqs] = [new SNS(place), new SQS(place)];
  const { GUARD_TOPIC_ARN: topic, GUARD_WEBHOOK: webhook, GUARD_TABLE: table } = environment;
  const channels: ConstructorParameters<typeof Messenger>[0] = {
    topic: (notices, signal) => publish(notices, { sns, topic, signal }),
    ...(webhook !== "" && { webhook: postTo(webhook) }),
  };
  const messenger = new Messenger(channels, table, client, log);
  const tell = (notices: readonly Said[]) => {
    for (const notice of notices) log(JSON.stringify({ guard: "decision", ...notice }));
    return messenger.send("topic", oneOfEach(notices));
  };
  const home: Site = { account: environment.GUARD_ACCOUNT, region };
  const reach = json<Reach>(environment, "GUARD_REACH");
  const groups = json<Record<string, string>>(environment, "GUARD_QUARANTINE_GROUPS");
  const now = () => new Date();
  const policy = await readPolicy(environment.GUARD_POLICY);
  const guard = {
    policy: { ...policy, accounts: policy.accounts ?? [home.account] },
    records: new DynamoRecords(table, client),
    uses: new DynamoUses(table, client),
    approvals: await approvalStore(environment.GUARD_APPROVALS, place),
    now,
    tell,
    approveFlags: approveFlags(environment.GUARD_APPROVALS, place),
    ownRoles: [
      ...json<string[]>(environment, "GUARD_OWN_ROLES"),
      ...reach.members.map((account) => roleIn(account, reach)),
    ],
  };
  const tags = json<string[]>(environment, "GUARD_QUARANTINE_TAGS");
  const isolates = Object.keys(groups).length > 0;
  const isolation = {
    table,
    client,
    groups,
    tags,
    now,
    tell: async (step: Isolated) => {
      await Promise.all([tell([step]), messenger.send("webhook", [step])]);
    },
  };
  return {
    home,
    tell,
    log,
    sites: sitesOf(reach, home.account),
    unread: new Set<string>(),
    guarding: guardingIn(home, reach, { guard, isolation: isolates ? isolation : undefined }),
    tellAgain: () => messenger.sendKept(),
    async bury(body, reason) {
      log(JSON.stringify({ guard: "unreadable", reason }));
      const MessageBody = JSON.stringify({ reason, body });
      await sqs.sendMessage({ QueueUrl: environment.GUARD_DEAD_LETTER_QUEUE_URL, MessageBody });
    },
  };
}

function json<T>(environment: GuardEnvironment, name: keyof GuardEnvironment): T {
  try {
    return JSON.parse(environment[name]) as T;
  } catch {
    throw new GuardError("SETTINGS", `${name} holds no JSON: deploy the trigger again`);
  }
}
