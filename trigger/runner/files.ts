import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import type * as S3 from "@aws-sdk/client-s3";
import { RunnerError } from "./error";
import { writeAtOnce } from "../../lib/atomic-file";

/** Small text files in a folder or a bucket: those of Pulumi's own backends, and those beside the ledger. */
export interface Files {
  /** Where a file is, for messages. */
  where(name: string): string;
  /** Names of the files in a folder, without the folder; none where there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** A file's text; undefined where there is none. */
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/**
 * @param url `s3://bucket/folder?region=…&endpoint=…&s3ForcePathStyle=true`, as Pulumi takes it for a backend, or
 * `file:///folder`
 * @throws RunnerError `BAD_SETTING`, `STORE`
 */
export function filesAt(url: string): Files {
  if (url.startsWith("file:///")) return folderFiles(fileURLToPath(url));
  if (url.startsWith("s3://")) return bucketFiles(new URL(url));
  throw new RunnerError(
    "BAD_SETTING",
    `${url} is no place for files: it takes s3://BUCKET/FOLDER or file:///FOLDER`,
  );
}

/** The URL of the folder that a file is in, and the file's name. */
export function splitUrl(url: string): { folder: string; name: string } {
  const [, start = "", path = "", query = ""] = /^([a-z0-9]+:\/\/[^/?]*)([^?]*)(\?.*)?$/.exec(url) ?? [];
  return { folder: `${start}${posix.dirname(path)}${query}`, name: posix.basename(path) };
}

function folderFiles(root: string): Files {
  const place = (name: string) => join(root, name);
  const ifThere = async <T>(work: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return otherwise;
      throw new RunnerError("STORE", (error as Error).message, { cause: error });
    }
  };
  return {
    where: (name) => `file://${place(name)}`,
    list: (folder) => ifThere(readdir(place(folder)), []),
    read: (name) => ifThere(readFile(place(name), "utf8"), undefined),
    async write(name, text) {
      await mkdir(dirname(place(name)), { recursive: true });
      await writeAtOnce(place(name), text);
    },
    remove: (name) => rm(place(name), { force: true }),
  };
}

/** Query parameters are those of Go CDK's `s3blob`, which Pulumi opens its backend with. */
function bucketFiles({ hostname: Bucket, pathname, searchParams }: URL): Files {
  const root = pathname.replace(/^\/+|\/+$/g, "");
  const key = (name: string) => posix.join(root, name);
  const isSet = (...names: string[]) => names.some((name) => searchParams.get(name) === "true");
  const endpoint = searchParams.get("endpoint");
  const [region, profile] = [searchParams.get("region"), searchParams.get("profile")];
  const scheme = isSet("disableSSL", "disable_https") ? "http" : "https";
  const config: S3.S3ClientConfig = {
    ...(region !== null && { region }),
    ...(profile !== null && { profile }),
    ...(endpoint !== null && { endpoint: endpoint.includes("://") ? endpoint : `${scheme}://${endpoint}` }),
    forcePathStyle: isSet("s3ForcePathStyle", "use_path_style"),
  };
  let opened: Promise<{ sdk: typeof S3; client: S3.S3Client }> | undefined;
  const withClient = async <T>(
    what: string,
    work: (client: S3.S3Client, sdk: typeof S3) => Promise<T>,
  ): Promise<T> => {
    // Only who keeps something in S3 waits for the SDK to load.
    opened ??= import("@aws-sdk/client-s3").then((sdk) => ({ sdk, client: new sdk.S3Client(config) }));
    const { client, sdk } = await opened;
    try {
      return await work(client, sdk);
    } catch (error) {
      const { name, message } = error as Error;
      throw new RunnerError("STORE", `s3://${Bucket}/${what} can't be used: ${message} (${name})`, {
        cause: error,
      });
    }
  };
  return {
    where: (name) => `s3://${Bucket}/${key(name)}`,
    list: (folder) =>
      withClient(key(folder), async (client, { paginateListObjectsV2 }) => {
        const Prefix = `${key(folder)}/`;
        const names: string[] = [];
        for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix, Delimiter: "/" })) {
          names.push(...(page.Contents ?? []).map((object) => (object.Key ?? "").slice(Prefix.length)));
        }
        return names;
      }),
    read: (name) =>
      withClient(key(name), async (client, { GetObjectCommand, NoSuchKey }) => {
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: key(name) }));
          return await Body?.transformToString();
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      }),
    write: (name, Body) =>
      withClient(key(name), async (client, { PutObjectCommand }) => {
        await client.send(
          new PutObjectCommand({ Bucket, Key: key(name), Body, ContentType: "application/json" }),
        );
      }),
    remove: (name) =>
      withClient(key(name), async (client, { DeleteObjectCommand }) => {
        await client.send(new DeleteObjectCommand({ Bucket, Key: key(name) }));
      }),
  };
}
