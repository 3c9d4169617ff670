/** Where flow logs are: a file or folder of this machine, or a prefix in a bucket, with all folders below. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type * as S3 from "@aws-sdk/client-s3";
import { fileReason } from "../../lib/file-errors";
import { compareTexts } from "../../lib/order";
import { given } from "../../lib/records";
import { FlowLogError } from "./error";

export interface LogFile {
  /** For messages. */
  name: string;
  open(): Promise<Readable>;
}

/**
 * The files of a place, in the order of their names, which begins with the day. What Hive and file managers put
 * beside (`_SUCCESS`, `.DS_Store`) is left out.
 * @param place a path, or `s3://bucket/prefix`
 * @param profile AWS's, for a bucket; without it credentials and region are found as AWS's own tools find them
 * @throws FlowLogError `UNREADABLE`
 */
export function logFilesAt(place: string, profile?: string): Promise<LogFile[]> {
  return place.startsWith("s3://") ? objectsAt(place, profile) : filesAt(place);
}

function isBeside(name: string): boolean {
  return /(^|\/)[._][^/]*$/.test(name);
}

async function filesAt(place: string): Promise<LogFile[]> {
  try {
    const isFolder = (await stat(place)).isDirectory();
    const names = isFolder ? await namesIn(place) : [place];
    return names.map((name) => ({ name, open: () => Promise.resolve(createReadStream(name)) }));
  } catch (error) {
    throw new FlowLogError("UNREADABLE", `${place} can't be used: ${fileReason(error)}`, { cause: error });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !isBeside(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(compareTexts);
}

async function objectsAt(place: string, profile: string | undefined): Promise<LogFile[]> {
  const [, Bucket = "", Prefix = ""] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(place) ?? [];
  if (Bucket === "")
    throw new FlowLogError("UNREADABLE", `${place} names no bucket: give s3://bucket/prefix`);
  // Only who has them in S3 waits for the SDK to load.
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({ followRegionRedirects: true, ...given({ profile }) });
  const keys: string[] = [];
  try {
    for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket, Prefix })) {
      for (const { Key = "", Size = 0 } of page.Contents ?? []) {
        if (Size > 0 && !isBeside(Key)) keys.push(Key);
      }
    }
  } catch (error) {
    throw refusal(place, error);
  }
  return keys.sort(compareTexts).map((Key) => ({
    name: `s3://${Bucket}/${Key}`,
    open: () => opened(client, sdk, { Bucket, Key }),
  }));
}

async function opened(
  client: S3.S3Client,
  sdk: typeof S3,
  object: { Bucket: string; Key: string },
): Promise<Readable> {
  try {
    const { Body } = await client.send(new sdk.GetObjectCommand(object));
    return Body as Readable;
  } catch (error) {
    throw refusal(`s3://${object.Bucket}/${object.Key}`, error);
  }
}

function refusal(place: string, error: unknown): FlowLogError {
  const { name, message } = error as Error;
  const needed = /AccessDenied|Forbidden/i.test(name)
    ? " The AWS role needs s3:ListBucket and s3:GetObject there."
    : "";
  return new FlowLogError("UNREADABLE", `${place} can't be read: ${message} (${name}).${needed}`, {
    cause: error,
  });
}
