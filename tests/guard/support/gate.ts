import { createServer, type Server } from "node:http";

const REFUSAL =
  "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>";

/** A service before another one, which may answer 403 or 500, or nothing at all. */
export class Gate {
  does: "pass" | "403" | "500" | "hang" = "pass";
  /** Which requests that concerns; all others pass. */
  concerns: (body: string) => boolean = () => true;
  readonly seen: string[] = [];
  readonly server: Server;

  /** @param behind what is passed to; absent: it answers 200 itself */
  constructor(behind?: string) {
    this.server = createServer((incoming, outgoing) => {
      let body = "";
      incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
      incoming.on("end", () => {
        this.seen.push(body);
        const does = this.concerns(body) ? this.does : "pass";
        if (does === "hang") return;
        if (does !== "pass" || behind === undefined) {
          outgoing.writeHead(does === "pass" ? 200 : Number(does)).end(does === "403" ? REFUSAL : "");
          return;
        }
        const headers = { authorization: incoming.headers.authorization ?? "" };
        const form = { ...headers, "content-type": incoming.headers["content-type"] ?? "" };
        void fetch(behind, { method: "POST", headers: form, body }).then(async (answer) =>
          outgoing.writeHead(answer.status, { "content-type": "text/xml" }).end(await answer.text()),
        );
      });
    });
  }
}
