import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port";
import { findProgram } from "./programs";
import { AWS_ACCESS } from "./local-server";

/** Where `.ci/run` installs it. */
const INSTALLED = join(__dirname, "..", "..", "node_modules", ".cache", "moto", "bin");

/** An emulator of EC2 (https://github.com/getmoto/moto): where it is installed, if it is. */
export function findMoto(): string | undefined {
  const named = process.env["MOTO_SERVER"] ?? "";
  return existsSync(named) ? named : findProgram("moto_server", INSTALLED);
}

/** The same for the suite that calls this: where it is missing, the suite says so, and has nothing else. */
export function needsMoto(): string | undefined {
  const file = findMoto();
  if (file === undefined) {
    // Without a function, so that the runner lists it as pending.
    it("SKIPPED: moto_server is not installed; .ci/run installs it, or set MOTO_SERVER to where it is");
  }
  return file;
}

/** A running emulator, with an empty account. */
export class Moto {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(file: string): Promise<Moto> {
    const port = await freePort();
    const child = spawn(file, ["-H", "127.0.0.1", "-p", String(port)], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("Running on")) resolve();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`moto_server ended with ${code}: ${said}`)));
    });
    return new Moto(child, `http://127.0.0.1:${port}`);
  }

  /** The settings of an SDK's client that lead here. */
  access(region = AWS_ACCESS.AWS_REGION) {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = AWS_ACCESS;
    return { endpoint: this.url, region, credentials: { accessKeyId, secretAccessKey } };
  }

  /** The same for a process, for every service. */
  get env() {
    return { ...AWS_ACCESS, AWS_ENDPOINT_URL: this.url };
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
  }
}
