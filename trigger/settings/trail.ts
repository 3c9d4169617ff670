import type { Report } from "../../settings/problems";
import { record, text, texts } from "./texts";

/** Where CloudTrail writes its files, and who tells of new ones. */
export interface Trail {
  bucket: string;
  /** Ends with a slash, or is empty. */
  prefix: string;
  accounts: string[];
  /** Of an organization's trail: its files are in folders of the accounts, below one of its own. */
  organization: string | undefined;
  /** The SNS topic that the bucket notifies; undefined: EventBridge is told of objects created in it. */
  topicArn: string | undefined;
  kmsKeyArn: string | undefined;
}

const KEYS = ["bucket", "prefix", "accounts", "organization", "topicArn", "kmsKeyArn"];
const EXAMPLE = '{"bucket": "my-trail", "accounts": ["111122223333"]}';

/** `trail`, with `source: s3`. */
export function trailSettings(value: unknown, key: string, report: Report): Trail {
  const given = record(value, key, KEYS, EXAMPLE, report);
  const of = (name: string, pattern: RegExp, example: string) =>
    text(given[name], `${key}.${name}`, pattern, example, report);
  const bucket = of("bucket", /^[a-z0-9.-]{3,63}$/, "my-trail");
  if (given["bucket"] === undefined) report(`${key}.bucket`, "is missing", "my-trail");
  const accounts = texts(given["accounts"], `${key}.accounts`, /^\d{12}$/, "111122223333", report);
  if (accounts.length === 0) {
    report(`${key}.accounts`, "is missing: whose files may be read", '["111122223333"]');
  }
  const prefix = (of("prefix", /^[\w./-]+$/, "trails") ?? "").replace(/^\/+|\/+$/g, "");
  return {
    bucket: bucket ?? "",
    prefix: prefix === "" ? "" : `${prefix}/`,
    accounts: [...new Set(accounts)],
    organization: of("organization", /^o-[a-z0-9]{10,32}$/, "o-a1b2c3d4e5"),
    topicArn: of(
      "topicArn",
      /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/,
      "arn:aws:sns:eu-central-1:111122223333:trail",
    ),
    kmsKeyArn: of("kmsKeyArn", /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "arn:aws:kms:…"),
  };
}

/** The keys below which the trail's files are. CloudTrail documentation: "CloudTrail log file names". */
export function trailFolders({ prefix, organization, accounts }: Trail): string[] {
  const base = `${prefix}AWSLogs/${organization === undefined ? "" : `${organization}/`}`;
  return accounts.map((account) => `${base}${account}/CloudTrail/`);
}
