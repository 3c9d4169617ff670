import { EC2 } from "@aws-sdk/client-ec2";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import type { GuardEnvironment } from "./environment";
import { GuardError } from "./error";
import { Ec2SecurityGroups } from "./groups";
import type { Deployed } from "./lambda";
import { readPolicy } from "./policy/read";
import { DynamoRecords } from "./record/store";
import { approvalStore, documents } from "./stores";
import { tell as tellPeople, type Said } from "./tell";

const REQUEST_MS = 10_000;

/**
 * Makes what the function works with, from what it is told.
 * @throws GuardError `SETTINGS` or `POLICY`
 */
export async function deployedFrom(environment: GuardEnvironment & NodeJS.ProcessEnv): Promise<Deployed> {
  const region = environment["AWS_REGION"] ?? "";
  const place = { region };
  const client = await documents(place);
  const ec2 = new EC2({ ...place, maxAttempts: 5 });
  const [sns, sqs] = [new SNS(place), new SQS(place)];
  const log = (line: string) => console.log(line);
  const tell = (notices: readonly Said[]) =>
    tellPeople(notices, { sns, topic: environment.GUARD_TOPIC_ARN, log });
  const groups = json<Record<string, string>>(environment, "GUARD_QUARANTINE_GROUPS");
  const now = () => new Date();
  return {
    guard: {
      policy: await readPolicy(environment.GUARD_POLICY),
      groups: new Ec2SecurityGroups(ec2),
      records: new DynamoRecords(environment.GUARD_TABLE, client),
      approvals: await approvalStore(environment.GUARD_APPROVALS, place),
      ...{ now, tell, ownRoles: json<string[]>(environment, "GUARD_OWN_ROLES") },
      approveFlags: `--store ${environment.GUARD_APPROVALS} --region ${region}`,
    },
    account: environment.GUARD_ACCOUNT,
    ...{ region, tell, log },
    isolation:
      Object.keys(groups).length === 0
        ? undefined
        : {
            ec2,
            table: environment.GUARD_TABLE,
            client,
            tags: json<string[]>(environment, "GUARD_QUARANTINE_TAGS"),
            groups,
            now,
          },
    async post(done) {
      if (environment.GUARD_WEBHOOK === "") return;
      const answer = await fetch(environment.GUARD_WEBHOOK, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ isolations: done }),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      // Its address may hold a secret.
      if (!answer.ok) throw new Error(`the webhook answered with status ${answer.status}`);
    },
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
