import * as https from "node:https";
import { parseXml } from "../../packages/simulator/xml/parse";
import type { XmlElement } from "../../packages/simulator/xml/element";
import type { Simulator } from "../../packages/simulator/index";

export const VSYS = "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']";
export const RULES = `${VSYS}/rulebase/security/rules`;

/** An answer as a client sees it. */
export interface Reply {
  httpStatus: number;
  httpReason: string;
  contentType: string;
  text: string;
  /** The response element. */
  root: XmlElement;
  status: string;
  code: string | undefined;
  /** Message lines, wherever they are. */
  lines: string[];
}

/** Sends a request over TLS as any client would, the certificate verified. */
export async function send(
  simulator: Simulator,
  parameters: Record<string, string>,
  options: { key?: string; method?: "GET" | "POST"; path?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const { method = "POST", path = "/api/", key } = options;
  const form = new URLSearchParams(parameters).toString();
  const headers: Record<string, string> = { ...options.headers };
  if (key !== undefined) headers["X-PAN-KEY"] = key;
  if (method === "POST") headers["content-type"] = "application/x-www-form-urlencoded";
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${simulator.url}${path}${method === "GET" ? `?${form}` : ""}`,
      { method, headers, ca: simulator.certificate, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const root = parseXml(text);
          resolve({
            httpStatus: response.statusCode ?? 0,
            httpReason: response.statusMessage ?? "",
            contentType: response.headers["content-type"] ?? "",
            text,
            root,
            status: root.attributes["status"] ?? "",
            code: root.attributes["code"],
            lines: linesOf(root),
          });
        });
      },
    );
    request.on("error", reject);
    request.end(method === "POST" ? form : undefined);
  });
}

function linesOf(root: XmlElement): string[] {
  const message = root.child("msg") ?? root.at("result", "msg");
  if (!message) return [];
  const lines = message.children.filter((child) => child.tag === "line").map((line) => line.text);
  return lines.length > 0 ? lines : [message.text];
}

/** An administrator's session: a key, and the requests of the XML API. */
export class Client {
  private constructor(
    readonly simulator: Simulator,
    readonly key: string,
  ) {}

  static async login(simulator: Simulator, user = "admin", password = user): Promise<Client> {
    const reply = await send(simulator, { type: "keygen", user, password });
    const key = reply.root.at("result", "key")?.text;
    if (!key) throw new Error(`no key: ${reply.text}`);
    return new Client(simulator, key);
  }

  send(parameters: Record<string, string>): Promise<Reply> {
    return send(this.simulator, parameters, { key: this.key });
  }

  config(action: string, xpath: string, more: Record<string, string> = {}): Promise<Reply> {
    return this.send({ type: "config", action, xpath, ...more });
  }

  get(xpath: string): Promise<Reply> {
    return this.config("get", xpath);
  }

  set(xpath: string, element: string): Promise<Reply> {
    return this.config("set", xpath, { element });
  }

  edit(xpath: string, element: string): Promise<Reply> {
    return this.config("edit", xpath, { element });
  }

  delete(xpath: string): Promise<Reply> {
    return this.config("delete", xpath);
  }

  multi(operations: string, more: Record<string, string> = {}): Promise<Reply> {
    const element = `<multi-config>${operations}</multi-config>`;
    return this.send({ type: "config", action: "multi-config", element, ...more });
  }

  op(cmd: string, vsys?: string): Promise<Reply> {
    return this.send({ type: "op", cmd, ...(vsys !== undefined && { vsys }) });
  }

  commit(cmd = "<commit></commit>"): Promise<Reply> {
    return this.send({ type: "commit", cmd });
  }

  /** Commits and waits for the job's end; the job as `show jobs` prints it. */
  async commitAndWait(cmd?: string): Promise<XmlElement> {
    const reply = await this.commit(cmd);
    const id = reply.root.at("result", "job")?.text;
    if (id === undefined) throw new Error(`no job: ${reply.text}`);
    return this.job(id);
  }

  async job(id: string): Promise<XmlElement> {
    for (;;) {
      const known = this.simulator.jobs.find((job) => job.id === Number(id));
      if (known?.status !== "FIN") await new Promise((resolve) => this.simulator.once("job", resolve));
      const reply = await this.op(`<show><jobs><id>${id}</id></jobs></show>`);
      const job = reply.root.at("result", "job");
      if (!job) throw new Error(`no job: ${reply.text}`);
      if (job.value("status") === "FIN") return job;
    }
  }
}

/** A complete allow rule as XML, with what differs. */
export function ruleXml(name: string, parts: Partial<Record<string, string[]>> = {}, more = ""): string {
  const lists = {
    from: ["untrust"],
    to: ["trust"],
    source: ["any"],
    destination: ["any"],
    application: ["any"],
    service: ["any"],
    ...parts,
  };
  const text = Object.entries(lists).map(
    ([tag, members]) =>
      `<${tag}>${(members ?? []).map((member) => `<member>${member}</member>`).join("")}</${tag}>`,
  );
  return `<entry name="${name}">${text.join("")}<action>allow</action>${more}</entry>`;
}
