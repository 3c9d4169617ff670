import { connect } from "node:net";

const TIMEOUT_MS = 2_000;

/**
 * Refuses to go on when the Pulumi engine that started this process is gone. A killed CLI leaves its
 * provider process running: without this it would go on writing to the firewall with nobody to tell.
 * @param address host:port of the engine; by default what it gave this process as last argument
 */
export async function requireEngine(address = process.argv.at(-1) ?? ""): Promise<void> {
  const match = /^(.+):(\d+)$/.exec(address);
  // Started by something else than an engine: nobody to lose.
  if (match === null) return;
  const [, host = "", port = ""] = match;
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
