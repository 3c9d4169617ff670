import type { Report } from "../../settings/problems";

/** Where the stack's state is. The ledger is beside it where that is a bucket. */
export type StateBackend =
  /** A bucket of the user's: `prefix` ends with a slash, or is empty. */
  | { kind: "bucket"; bucket: string; prefix: string; url: string }
  /** A bucket that the deployment makes. */
  | { kind: "own" }
  /** Pulumi Cloud, or its own kind of service elsewhere; the ledger then gets a bucket that is made. */
  | { kind: "service"; url: string };

const EXAMPLE = "s3://my-pulumi-state?region=eu-central-1";

/** `backend`: the URL that `pulumi login` takes. */
export function stateBackend(text: string | undefined, key: string, report: Report): StateBackend {
  if (text === undefined) return { kind: "own" };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" && url.username === "" && url.search === "") {
    return { kind: "service", url: text };
  }
  if (url?.protocol === "s3:" && /^[a-z0-9.-]{3,63}$/.test(url.hostname)) {
    const folder = url.pathname.replace(/^\/+|\/+$/g, "");
    // A profile or an endpoint of somebody's own machine would mean nothing in AWS.
    for (const name of url.searchParams.keys()) {
      if (!["region", "awssdk"].includes(name)) report(key, `has ?${name}=, which is not used here`, EXAMPLE);
    }
    return {
      kind: "bucket",
      bucket: url.hostname,
      url: text,
      prefix: folder === "" ? "" : `${folder}/`,
    };
  }
  report(
    key,
    `${JSON.stringify(text)} is neither a bucket nor Pulumi Cloud`,
    `${EXAMPLE}, https://api.pulumi.com`,
  );
  return { kind: "own" };
}
