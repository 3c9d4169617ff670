import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { dynamic } from "@pulumi/pulumi";
import type { Behaviour, JournalEntry } from "./plan";

interface Props extends Behaviour {
  name: string;
  value?: unknown;
}

/** The folder that stands for the world: a file for each thing there is. */
const world = process.env["TEST_WORLD"] ?? "";
const inWorld = (id: string): string => path.join(world, `${id}.json`);
let secret: string | undefined;
const ownProcess = randomUUID();

function note(entry: Omit<JournalEntry, "pid" | "process" | "at">, at: JournalEntry["at"] = "start"): void {
  const line: JournalEntry = {
    ...entry,
    ...{ at, pid: process.pid, process: ownProcess },
    ...(secret !== undefined && { secret }),
  };
  appendFileSync(process.env["TEST_JOURNAL"] ?? "", JSON.stringify(line) + "\n");
}

function failIfAsked(
  props: Props,
  call: keyof NonNullable<Behaviour["fail"]>,
  id: string,
  outs: object,
): void {
  const how = props.fail?.[call];
  if (how === "wholly") throw new Error(`${call} of ${props.name} failed`);
  if (how === "partly") {
    throw Object.assign(new Error("in part"), {
      id,
      properties: outs,
      reasons: [`${props.name} is not ready`],
    });
  }
}

function released(file: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (existsSync(file)) resolve();
      else setTimeout(look, 10);
    };
    look();
  });
}

export const provider: dynamic.ResourceProvider<Props, Props> = {
  configure: (request) => {
    secret = request.config.get("token");
    note({ call: "configure", name: "" });
    return Promise.resolve();
  },
  check: async (olds, news) => {
    note({ call: "check", name: news.name, olds: { ...olds }, news: { ...news } });
    await Promise.resolve();
    note({ call: "check", name: news.name }, "end");
    const failures =
      news.fail?.check === "partly" ? [{ property: "value", reason: "it is refused" }] : undefined;
    failIfAsked(failures ? { name: news.name } : news, "check", "", {});
    return { inputs: news, ...(failures && { failures }) };
  },
  diff: (id, olds, news) => {
    note({ call: "diff", name: news.name, id, olds: { ...olds }, news: { ...news } });
    if (news.noDiff) return Promise.resolve({});
    const replaces = olds.key === news.key ? [] : ["key"];
    const changes = olds.value !== news.value || replaces.length > 0;
    return Promise.resolve({ changes, replaces, deleteBeforeReplace: news.deleteFirst ?? false });
  },
  create: async (inputs) => {
    const { name } = inputs;
    const id = `${name}-${randomUUID().slice(0, 8)}`;
    note({ call: "create", name, id, news: { ...inputs } });
    if (inputs.waitFor !== undefined) await released(inputs.waitFor);
    const outs = { ...inputs, serial: `serial of ${id}`, ...(secret !== undefined && { token: secret }) };
    if (inputs.fail?.create !== "wholly") writeFileSync(inWorld(id), JSON.stringify(outs));
    note({ call: "create", name, id }, "end");
    failIfAsked(inputs, "create", id, outs);
    return { id, outs };
  },
  update: (id, olds, news) => {
    note({ call: "update", name: news.name, id, olds: { ...olds }, news: { ...news } });
    const outs = { ...olds, ...news };
    writeFileSync(inWorld(id), JSON.stringify(outs));
    failIfAsked(news, "update", id, outs);
    return Promise.resolve({ outs });
  },
  delete: (id, props) => {
    note({ call: "delete", name: props.name, id });
    failIfAsked(props, "delete", id, {});
    rmSync(inWorld(id), { force: true });
    return Promise.resolve();
  },
  read: (id, props) => {
    const { name, fail } = props ?? { name: "" };
    note({ call: "read", name, id });
    failIfAsked({ name, ...(fail && { fail }) }, "read", id, {});
    if (!existsSync(inWorld(id))) return Promise.resolve({});
    const found = JSON.parse(readFileSync(inWorld(id), "utf8")) as Record<string, unknown>;
    const inputs = Object.fromEntries(
      Object.entries(found).filter(([key]) => !["serial", "token"].includes(key)),
    );
    return Promise.resolve({ id, props: found, inputs });
  },
};
