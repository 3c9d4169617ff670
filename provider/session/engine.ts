import { connect } from "node:net";
import { ProviderError } from "../error";

const TIMEOUT_MS = 2_000;
/** Where nobody answered in time, which may be this machine's fault. */
const ASK_AGAIN = 3;

/** host:port of the engine, which it gives a provider's process as the last argument; undefined elsewhere. */
export function engineAddress(): string | undefined {
  const last = process.argv.at(-1) ?? "";
  return /^[^:/]+:\d+$/.test(last) ? last : undefined;
}

/** Of a program, to which it is given by name. */
function programsEngine(): string | undefined {
  const at = process.argv.indexOf("--engine");
  return at < 0 ? undefined : process.argv[at + 1];
}

/**
 * Refuses to go on when the Pulumi engine that started this process is gone. A killed CLI leaves its
 * provider process running: without this it would go on writing to the firewall with nobody to tell.
 */
export async function requireEngine(address = engineAddress()): Promise<void> {
  // Started by something else than an engine: nobody to lose.
  if (address === undefined) return;
  let answer = await asked(address);
  for (let again = 0; answer === "silent" && again < ASK_AGAIN; again++) answer = await asked(address);
  if (answer === "there") return;
  const how = answer === "gone" ? "is gone" : "doesn't answer";
  throw new ProviderError(
    "ENGINE_GONE",
    `the Pulumi engine that started this provider ${how}, so nothing more is written`,
  );
}

const LOOK_MS = 2_500;
let watched: NodeJS.Timeout | undefined;

/**
 * Ends this process, a program or a provider, within ten seconds of its engine: a killed CLI, or one whose terminal
 * is closed, leaves both running. In between, what is under way has the time to let go of its lock.
 */
export function endWithEngine(address = engineAddress() ?? programsEngine()): void {
  if (address === undefined || watched !== undefined) return;
  let missed = 0;
  watched = setInterval(() => {
    void asked(address).then((answer) => {
      missed = answer === "gone" ? missed + 1 : 0;
      // One refused connection may be chance.
      if (missed === 2) process.exit(1);
    });
  }, LOOK_MS);
  watched.unref();
}

/**
 * Whether somebody takes connections at host:port. "silent": nobody can say, as of a machine that is too busy, or of
 * this process without another file descriptor.
 */
function asked(address: string): Promise<"there" | "gone" | "silent"> {
  const [host = "", port = ""] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: TIMEOUT_MS });
    const answer = (value: "there" | "gone" | "silent") => {
      socket.destroy();
      resolve(value);
    };
    socket
      .once("connect", () => answer("there"))
      .once("error", ({ code }: NodeJS.ErrnoException) => answer(code === "ECONNREFUSED" ? "gone" : "silent"))
      // A process that was busy for so long hears of its time first, and of the connection that it has in the same turn.
      .once("timeout", () => setImmediate(() => answer("silent")));
  });
}
