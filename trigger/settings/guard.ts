import path from "node:path";
import { GuardError } from "../../guard/error";
import { readPolicy } from "../../guard/policy/read";
import type { GuardPolicy } from "../../guard/policy/types";
import { QUARANTINE_TAGS } from "../../mapping/marks";
import type { Report } from "../../settings/problems";
import { record, text, texts } from "./texts";

/** The guard that is deployed beside the trigger. */
export interface DeployedGuard {
  /** guard.yaml, relative to the repository. */
  file: string;
  policy: GuardPolicy;
  /** Where approvals are kept in a bucket; undefined: in a table of the guard's own. */
  approvals: { bucket: string; prefix: string } | undefined;
  /** The quarantine security group of each VPC; none: instances are not isolated in AWS. */
  quarantineGroups: Record<string, string>;
  quarantineTags: string[];
  /** The secret with the address that isolations are posted to, by its ARN; or the address itself. */
  webhook: string | undefined;
  /** ARNs of who may still do something with what is marked. */
  responders: string[];
}

const KEYS = ["policy", "approvals", "quarantineGroups", "quarantineTags", "webhook", "responders"];
/** Such an address often is the right to post: whoever may read the function's settings would have it. */
const WEBHOOK = /^(https:\/\/\S+|arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+)$/;
const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?(\S*)$/;
/** The mapping's own, so that the firewall and AWS isolate the same instances. */
const DEFAULT_TAGS = Object.entries(QUARANTINE_TAGS).flatMap(([key, values]) =>
  values.map((value) => `${key}=${value}`),
);
const EXAMPLE = '{"policy": "guard.yaml"}';

/** `guard`. @param folder the repository */
export async function guardSettings(
  value: unknown,
  key: string,
  folder: string,
  report: Report,
): Promise<DeployedGuard | undefined> {
  if (value === undefined) return undefined;
  const given = record(value, key, KEYS, EXAMPLE, report);
  const file =
    text(given["policy"], `${key}.policy`, /^[^\s]+\.ya?ml$/, "guard.yaml", report) ?? "guard.yaml";
  const groups = record(
    given["quarantineGroups"] ?? {},
    `${key}.quarantineGroups`,
    Object.keys((given["quarantineGroups"] as object | undefined) ?? {}),
    '{"vpc-0123": "sg-0456"}',
    report,
  );
  for (const [vpc, group] of Object.entries(groups)) {
    if (/^vpc-[0-9a-f]+$/.test(vpc) && typeof group === "string" && /^sg-[0-9a-f]+$/.test(group)) continue;
    report(
      `${key}.quarantineGroups.${vpc}`,
      "is not a VPC's id with a security group's",
      '{"vpc-0123": "sg-0456"}',
    );
  }
  const tags = texts(
    given["quarantineTags"],
    `${key}.quarantineTags`,
    /^[^=]{1,128}(=.*)?$/su,
    DEFAULT_TAGS[0] ?? "",
    report,
  );
  const responders = texts(
    given["responders"],
    `${key}.responders`,
    /^arn:[\w-]+:iam::\d{12}:\S+$/,
    "arn:aws:iam::123456789012:role/responder",
    report,
  );
  const webhook = text(
    given["webhook"],
    `${key}.webhook`,
    WEBHOOK,
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:scan-Ab12Cd, whose text is https://hooks.example.com/…",
    report,
  );
  const place = text(given["approvals"], `${key}.approvals`, BUCKET, "s3://my-bucket/approvals", report);
  const [, bucket, folderInIt = ""] = BUCKET.exec(place ?? "") ?? [];
  const prefix = folderInIt === "" || folderInIt.endsWith("/") ? folderInIt : `${folderInIt}/`;
  try {
    const policy = await readPolicy(path.resolve(folder, file));
    return {
      approvals: bucket === undefined ? undefined : { bucket, prefix },
      file,
      policy,
      webhook,
      responders,
      quarantineGroups: groups as Record<string, string>,
      quarantineTags: tags.length > 0 ? tags : DEFAULT_TAGS,
    };
  } catch (error) {
    if (!(error instanceof GuardError)) throw error;
    report(`${key}.policy`, `can't be used: ${error.message}`, "guard/guard.example.yaml");
    return undefined;
  }
}
