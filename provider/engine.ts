import { connect } from "node:net";

const TIMEOUT_MS = 2_000;

/** host:port of the engine, which it gives a provider's process as the last argument; undefined elsewhere. */
export function engineAddress(): string | undefined {
  const last = process.argv.at(-1) ?? "";
  return /^[^:/]+:\d+$/.test(last) ? last : undefined;
}

/**
 * Refuses to go on when the Pulumi engine that started this process is gone. A killed CLI leaves its
 * provider process running: without this it would go on writing to the firewall with nobody to tell.
 */
export async function requireEngine(address = engineAddress()): Promise<void> {
  // Started by something else than an engine: nobody to lose.
  if (address === undefined) return;
  const [host = "", port = ""] = address.split(":");
  const alive = await new Promise<boolean>((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: TIMEOUT_MS });
    const answer = (value: boolean) => () => {
      socket.destroy();
      resolve(value);
    };
    socket.once("connect", answer(true)).once("error", answer(false)).once("timeout", answer(false));
  });
  if (!alive) {
    throw new Error("the Pulumi engine that started this provider is gone, so nothing more is written");
  }
}
