import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type * as undici from "undici";
import type { Connection } from "./connection";
import { PanosError } from "./error";
import { hostInUrl } from "./hostname";

/** The vendor's documentation asks for at most five concurrent calls. */
const CONCURRENT_CALLS = 5;

/** Connections to a firewall. Redirects are not followed: what follows one could carry the key elsewhere. */
export function connectionPool(connection: Connection): undici.Pool {
  const { protocol, hostname, port, skipVerifyCertificate } = connection;
  const ca = certificates(connection);
  // Loaded here, because it is a quarter of the start of a provider's process, which in a preview asks nobody.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { Pool } = require("undici") as typeof undici;
  return new Pool(`${protocol}://${hostInUrl(hostname)}:${port}`, {
    connections: CONCURRENT_CALLS,
    pipelining: 1,
    connect: {
      rejectUnauthorized: !skipVerifyCertificate,
      timeout: 10_000,
      ...(ca !== undefined && { ca }),
    },
  });
}

function certificates({ caFile }: Connection): string | undefined {
  if (caFile === undefined) return undefined;
  let pem: string;
  try {
    pem = readFileSync(caFile, "utf8");
  } catch (cause) {
    throw new PanosError(
      "SETTINGS",
      `panos:caFile ${caFile} can't be read: ${(cause as Error).message}. It takes a file of PEM certificates`,
      { cause },
    );
  }
  requireCertificates(caFile, pem);
  return pem;
}

const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[\s\S]*?-----END \1-----/g;

/** Without a certificate that it can read, Node would trust nobody, or quietly those of the system. */
function requireCertificates(caFile: string, pem: string): void {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) {
    throw new PanosError(
      "SETTINGS",
      `panos:caFile ${caFile} holds no PEM certificate. It takes a file with one or more ` +
        '"-----BEGIN CERTIFICATE-----" in it; a DER file becomes one by: openssl x509 -inform der -in FILE',
    );
  }
  blocks.forEach((block, index) => {
    try {
      new X509Certificate(block);
    } catch (cause) {
      throw new PanosError(
        "SETTINGS",
        `panos:caFile ${caFile}: its certificate number ${index + 1} can't be read: ${(cause as Error).message}`,
        { cause },
      );
    }
  });
}

/**
 * Reads an answer's body, and not more of it than such an answer can have.
 * @throws RangeError that says the limit
 */
export async function limitedText(body: AsyncIterable<Buffer>, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop ends the connection, so that the rest isn't sent.
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes) throw new RangeError(`the answer is longer than ${mostBytes / MIB} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const MIB = 1024 * 1024;

/**
 * How long an answer may be. A read brings a configuration, of which the largest that devices take are some
 * tens of MiB; a multi-config answer has a line for each of its operations; others are short.
 * @param parameters the request's
 * @returns bytes
 */
export function longestAnswer({ type, action }: Record<string, string>): number {
  if (type === "op" || type === "log" || action === "get" || action === "show") return 128 * MIB;
  return action === "multi-config" ? 16 * MIB : MIB;
}
