import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import * as fc from "fast-check";
import { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import { listJobs, waitForJob } from "../../panos/job";
import { locks } from "../../panos/lock";
import { administrator, pendingChanges, systemInfo } from "../../panos/system";
import { haState } from "../../panos/ha";
import type { XmlElement } from "../../panos/xml";
import { mutationsOf, type Mutation, type WireAnswer } from "./support/answers";
import { strictXml, type Said } from "./support/strict-xml";

/** What a call asks, a right answer, and what an answer means, read independently. */
interface Conversation {
  call: (client: PanosClient, device: Device) => Promise<unknown>;
  answer: string;
  /** Whether that answer is a refusal. */
  isRefused?: true;
  /** What the call has to return for an answer that says success. */
  meaning: (root: Said) => unknown;
}

const element = (said: Said | undefined, ...path: string[]): Said | undefined =>
  path.reduce((at, name) => at?.children.find((child) => child.name === name), said);
const textAt = (said: Said | undefined, ...path: string[]): string =>
  element(said, ...path)?.text.trim() ?? "";
const attribute = (said: Said, name: string): string | undefined =>
  said.attributes.find(([key]) => key === name)?.[1];

/** What the client read, in the same form as what was read independently. */
function saidBy(read: XmlElement | undefined): Said | undefined {
  if (read === undefined) return undefined;
  const { name, attributes, text, children } = read;
  return {
    name,
    attributes: Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
    text,
    children: children.map((child) => saidBy(child)!),
  };
}

const RULES =
  '<rules><entry name="a" uuid="1"><to><member>trust</member></to><from><member>untrust</member></from>' +
  "<source><member>203.0.113.0/24</member></source><description>R &amp; D &#x41;</description>" +
  '<action>allow</action></entry><entry name="b"><action>deny</action></entry></rules>';
const found = (inner: string) =>
  `<response status="success" code="19"><result total-count="1" count="1">${inner}</result></response>`;
const readResult = (root: Said) => (attribute(root, "code") === "7" ? undefined : element(root, "result"));
const JOB =
  '<response status="success"><result><job><id>4</id><user>admin</user><type>Commit</type><status>FIN</status>' +
  "<queued>NO</queued><result>OK</result><progress>100</progress><details><line>Configuration committed " +
  "successfully</line></details><warnings></warnings></job></result></response>";
const op = (inner: string) => `<response status="success"><result>${inner}</result></response>`;

const CONVERSATIONS: Record<string, Conversation> = {
  "a read of the candidate": {
    call: async (client) => saidBy(await client.get("/config/rules")),
    answer: found(RULES),
    meaning: readResult,
  },
  "a read of nothing": {
    call: async (client) => saidBy(await client.get("/config/rules")),
    answer: '<response status="success" code="7"><result/></response>',
    meaning: readResult,
  },
  "a read of running": {
    call: async (client) => saidBy(await client.show("/config/rules")),
    answer: found(RULES),
    meaning: readResult,
  },
  "a write": {
    call: (client) => client.multiConfig([{ action: "delete", xpath: "/a" }]).then(() => "written"),
    answer:
      '<response status="success" code="20"><response status="success" code="20" id="0">' +
      "<msg>command succeeded</msg></response></response>",
    meaning: (root) =>
      root.children.every((nested) => nested.name !== "response" || attribute(nested, "status") === "success")
        ? "written"
        : "refused",
  },
  "a write that is refused": {
    isRefused: true,
    call: (client) => client.multiConfig([{ action: "delete", xpath: "/a" }]).then(() => "written"),
    answer:
      '<response status="error" code="12"><response status="success" code="20" id="0"><msg>command succeeded</msg>' +
      '</response><response status="error" code="12" id="1"><msg><line><![CDATA[ a is invalid]]></line></msg>' +
      "</response></response>",
    meaning: (root) =>
      root.children.every((nested) => nested.name !== "response" || attribute(nested, "status") === "success")
        ? "written"
        : "refused",
  },
  "a commit": {
    call: (client) => client.commit("<commit></commit>"),
    answer: op("<msg><line>Commit job enqueued with jobid 4</line></msg><job>4</job>"),
    meaning: (root) => textAt(root, "result", "job") || undefined,
  },
  "a job": {
    call: async (client) => (await waitForJob(client, "4", { timeoutSeconds: 0 })).result,
    answer: JOB,
    meaning: (root) => {
      const job = element(root, "result", "job");
      const isDone =
        textAt(job, "status") === "FIN" && textAt(job, "result") === "OK" && textAt(job, "id") === "4";
      return isDone ? "OK" : "not done";
    },
  },
  "a login": {
    call: async ({ connection }, device) => {
      const { hostname, port, protocol, vsys, skipVerifyCertificate } = connection;
      const place = { hostname, port, protocol, vsys, skipVerifyCertificate };
      const client = new PanosClient({ ...place, username: "admin", password: "p" }, { retries: 0 });
      try {
        await client.op("<show/>", false);
      } finally {
        await client.close();
      }
      return device.key;
    },
    answer: "<response status = 'success'><result><key>LUFRPT1wZz0=</key></result></response>",
    meaning: (root) => textAt(root, "result", "key"),
  },
  "the locks": {
    call: async (client) => (await locks(client, "commit")).map(({ owner }) => owner),
    answer: op(
      '<commit-locks><entry name="bob"><type>shared</type><created>2026/03/19 17:00:45</created>' +
        "<comment><![CDATA[mine]]></comment></entry></commit-locks>",
    ),
    meaning: (root) =>
      (element(root, "result", "commit-locks")?.children ?? []).map(
        (entry) => attribute(entry, "name") ?? "",
      ),
  },
  "the journal": {
    call: async (client) => (await pendingChanges(client)).map(({ xpath, owner }) => [xpath, owner]),
    answer: op(
      "<journal><entry><xpath>/config/x</xpath><owner>bob</owner><action> CREATE</action></entry></journal>",
    ),
    meaning: (root) =>
      (element(root, "result", "journal")?.children ?? []).map((entry) => [
        textAt(entry, "xpath"),
        textAt(entry, "owner") || textAt(entry, "admin-history"),
      ]),
  },
  "the part in a pair": {
    call: async (client) => (await haState(client)).state,
    answer: op(
      "<enabled>yes</enabled><group><local-info><state>active</state></local-info>" +
        "<running-sync>synchronized</running-sync><running-sync-enabled>yes</running-sync-enabled></group>",
    ),
    meaning: (root) => textAt(root, "result", "group", "local-info", "state"),
  },
  "the version": {
    call: async (client) => (await systemInfo(client)).swVersion,
    answer: op("<system><hostname>fw</hostname><model>PA-VM</model><sw-version>11.1.2</sw-version></system>"),
    meaning: (root) => textAt(root, "result", "system", "sw-version"),
  },
  "the administrator": {
    call: administrator,
    answer: op("<admins><entry><admin>bob</admin></entry><entry><admin>me</admin><self/></entry></admins>"),
    meaning: (root) =>
      textAt(
        element(root, "result", "admins")?.children.find((entry) => element(entry, "self")),
        "admin",
      ),
  },
  "the jobs": {
    call: async (client) => (await listJobs(client)).map(({ id }) => id),
    answer: JOB,
    meaning: (root) =>
      (element(root, "result")?.children ?? [])
        .filter(({ name }) => name === "job")
        .map((job) => textAt(job, "id"))
        .sort((a, b) => Number(b) - Number(a)),
  },
};

/** Another seed makes other answers; a call that reads one wrong is reported with the one that it was found with. */
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);
const ANSWERS = Number(process.env["FUZZ_ANSWERS"] ?? 10_000);
const AT_ONCE = 4;
/** A call has a second to end by itself. */
const DEADLINE_MS = 1_000;
const HANG_MS = 10_000;

/** A device that answers everything with what it is given next. */
class Device {
  answer: WireAnswer | undefined;
  /** The key that the last request came with. */
  key: string | undefined;
  readonly client: PanosClient;
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    const { port } = server.address() as AddressInfo;
    this.client = new PanosClient(
      {
        hostname: "127.0.0.1",
        port,
        protocol: "http",
        vsys: "vsys1",
        apiKey: "key-1",
        skipVerifyCertificate: false,
      },
      { retries: 0, deadlineMs: DEADLINE_MS },
    );
  }

  static async start(): Promise<Device> {
    const server = createServer((request, response) => {
      request.resume().on("end", () => {
        device.key = request.headers["x-pan-key"]?.toString();
        const { status, missing } = device.answer!;
        const body = Buffer.from(device.answer!.body);
        response.writeHead(status, {
          "content-type": "application/xml",
          "content-length": body.length + missing,
        });
        if (missing === 0) response.end(body);
        else response.write(body, () => response.destroy());
        if (body.length === 0 && missing > 0) response.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const device: Device = new Device(server);
    return device;
  }

  async close(): Promise<void> {
    await this.client.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** What is wrong with what a call came to; undefined: nothing. */
function judged(
  conversation: Conversation,
  { answer, harmless }: Mutation,
  outcome: Outcome,
): string | undefined {
  if (outcome === "hang") return "the call hangs";
  if ("error" in outcome) {
    const { error } = outcome;
    if (!(error instanceof PanosError)) return `it ends with ${String(error)}, not with a PanosError`;
    return harmless && !conversation.isRefused
      ? `it is refused although it says the same: ${error.message}`
      : undefined;
  }
  if (answer.status !== 200) return `HTTP ${answer.status} is taken for success`;
  if (answer.missing > 0) return "a part is taken for the whole";
  const root = strictXml(String(answer.body));
  if (root === undefined) return "it is not well-formed, but taken for success";
  if (root.name !== "response" || attribute(root, "status") !== "success") {
    const isAbsent = outcome.value === undefined && String(answer.body).includes("No such node");
    return isAbsent ? undefined : "it does not say success, but is taken for it";
  }
  const expected = JSON.stringify(conversation.meaning(root));
  const value = JSON.stringify(outcome.value);
  return value === expected ? undefined : `it says ${expected}, and is read as ${value}`;
}

type Outcome = { value: unknown } | { error: unknown } | "hang";

async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<"hang">((resolve) => (timer = setTimeout(() => resolve("hang"), HANG_MS)));
  const ended = call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return Promise.race([ended, hang]).finally(() => clearTimeout(timer));
}

describe(`faults: the client, from ${ANSWERS} answers that were changed on their way`, function () {
  this.timeout(0);

  const names = Object.keys(CONVERSATIONS);
  for (const name of names) {
    const conversation = CONVERSATIONS[name]!;
    it(`makes an error or the right result of ${name}`, async () => {
      const devices = await Promise.all(Array.from({ length: AT_ONCE }, () => Device.start()));
      const property = (device: Device) =>
        fc.asyncProperty(mutationsOf(conversation.answer), async (mutation) => {
          device.answer = mutation.answer;
          const wrong = judged(
            conversation,
            mutation,
            await outcomeOf(conversation.call(device.client, device)),
          );
          if (wrong !== undefined)
            throw new Error(`${wrong}. The answer ${mutation.name}: ${shown(mutation.answer)}`);
        });
      const numRuns = Math.ceil(ANSWERS / names.length / AT_ONCE);
      try {
        await Promise.all(
          devices.map((device, number) =>
            fc.assert(property(device), { numRuns, seed: SEED * AT_ONCE + number }),
          ),
        );
      } finally {
        await Promise.all(devices.map((device) => device.close()));
      }
    });
  }

  it("makes the right result of each answer that was not changed", async () => {
    const device = await Device.start();
    try {
      for (const [name, conversation] of Object.entries(CONVERSATIONS)) {
        device.answer = { status: 200, body: conversation.answer, missing: 0 };
        const outcome = await outcomeOf(conversation.call(device.client, device));
        const expected = name.includes("refused")
          ? undefined
          : conversation.meaning(strictXml(conversation.answer)!);
        expect(outcome === "hang" || "error" in outcome ? undefined : outcome.value, name).to.deep.equal(
          expected,
        );
      }
    } finally {
      await device.close();
    }
  });
});

function shown({ status, body, missing }: WireAnswer): string {
  return `HTTP ${status}, ${missing > 0 ? `${missing} bytes missing, ` : ""}${JSON.stringify(String(body).slice(0, 600))}`;
}
