import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackFileName } from "../../aws/secrets/stack-configuration";
import { findCli } from "../../lib/pulumi/find-cli";
import { requireKeyPlace, writeKey, type SecretAddress } from "../../aws/secrets/secrets-manager";
import { KeygenError } from "./error";

/** Where a key goes. */
export interface KeyStore {
  /** For messages. */
  name: string;
  /** Fails where a key could not be stored, before there is one: making it may end the old one. */
  check(): Promise<void>;
  store(key: string): Promise<void>;
}

/** A secret of AWS Secrets Manager, which gets a new version. */
export function secretStore(address: SecretAddress): KeyStore {
  return {
    name: `the secret ${address.id} of AWS Secrets Manager, as its current version`,
    check: () => requireKeyPlace(address),
    store: (key) => writeKey(address, key),
  };
}

/**
 * A secret in a stack's configuration, encrypted by the Pulumi CLI.
 * @param folder where Pulumi.yaml is
 */
export function stackStore(
  stack: string,
  place: { key: string; isPath: boolean },
  folder: string,
  environment: NodeJS.ProcessEnv,
): KeyStore {
  const pulumi = async (args: string[], input: string) => {
    const cli = findCli(environment);
    if (cli === undefined) {
      throw new KeygenError(
        "NO_CLI",
        "the stack's secrets are encrypted by the Pulumi CLI, and there is none on PATH or in ~/.pulumi. Install it " +
          "(https://www.pulumi.com/docs/install/), or keep the key in AWS Secrets Manager (--secret, and panos:apiKeySecret)",
      );
    }
    const set = ["config", "set", "--secret", ...(place.isPath ? ["--path"] : []), place.key];
    const all = [...set, ...args, "--stack", stack, "--non-interactive", "--color", "never"];
    const child = spawn(cli, all, { cwd: folder, env: environment, stdio: ["pipe", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    // A CLI that ends without reading says why by itself.
    child.stdin.on("error", () => undefined).end(input);
    const [code] = (await once(child, "close")) as [number | null];
    if (code === 0) return;
    const reason = said.replaceAll(input, "***").trim();
    throw new KeygenError("PULUMI", `pulumi config set failed: ${reason}${firstOf(reason, stack)}`);
  };
  const file = stackFileName(stack);
  return {
    name: `${place.key}, a secret of the stack ${stack} (in ${file})`,
    check: async () => {
      // Encrypts something into a copy: where nothing is encrypted yet, all else goes without a passphrase.
      const temporary = await mkdtemp(join(tmpdir(), "aws-panos-keygen-"));
      try {
        const copy = join(temporary, file);
        await copyFile(join(folder, file), copy);
        await pulumi(["--config-file", copy], "tried before there is a key");
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    },
    // Without a value among its arguments, where every process of the machine could read it, it takes its input.
    store: (key) => pulumi([], key),
  };
}

/** What has to be done before, where the CLI's reason is one that a new stack meets. */
function firstOf(reason: string, stack: string): string {
  const [, step] = FIRST_STEPS.find(([said]) => said.test(reason)) ?? [];
  return step === undefined ? "" : `\nFirst: ${step.replace("STACK", stack)}`;
}

const FIRST_STEPS: readonly (readonly [RegExp, string])[] = [
  [/no stack named/i, "pulumi stack init STACK"],
  [
    /PULUMI_ACCESS_TOKEN must be set|not logged in/i,
    "pulumi login --local, or the place where the state is kept",
  ],
  [/passphrase must be set/i, "export PULUMI_CONFIG_PASSPHRASE=… (it can't be asked for here)"],
];
