import { connect } from "node:net";
import type { Simulator } from "../../packages/simulator/index";

/** How a request without an answer ended, as an error's code. */
export async function failure(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return "answered";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
}

/** "connected", or why not. */
export function connection({ port, host }: Simulator): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve("connected");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
