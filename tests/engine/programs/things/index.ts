import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Plan, PlannedResource } from "./plan";

const provider = 'exports.handler=()=>{require("tsx/cjs");return require("./provider.ts").provider}';

class Thing extends pulumi.CustomResource {
  declare readonly value: pulumi.Output<unknown>;
  declare readonly serial: pulumi.Output<unknown>;

  constructor(name: string, props: object, options: pulumi.CustomResourceOptions) {
    const outputs = { serial: undefined, token: undefined };
    super(
      "pulumi-nodejs:dynamic/test:Thing",
      name,
      { __provider: provider, name, ...outputs, ...props },
      options,
    );
  }
}

class Group extends pulumi.ComponentResource {
  constructor(name: string, options: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, options);
    this.registerOutputs({ members: name });
  }
}

const made = new Map<string, Thing | Group>();

function find(name: string): Thing | Group {
  const resource = made.get(name);
  if (!resource) throw new Error(`the plan names ${name} before it is made`);
  return resource;
}

function valueOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value !== "object" || value === null) return value;
  if ("$secret" in value) return pulumi.secret(value.$secret);
  if ("$ref" in value) {
    const [name = "", key = ""] = String(value.$ref).split(".");
    return (find(name) as unknown as Record<string, unknown>)[key];
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueOf(item)]));
}

function optionsOf(planned: PlannedResource): pulumi.CustomResourceOptions {
  const { dependsOn = [], parent, deletedWith, aliases = [] } = planned;
  const { protect, retainOnDelete, deleteBeforeReplace, ignoreChanges, replaceOnChanges } = planned;
  return {
    dependsOn: dependsOn.map(find),
    ...(parent !== undefined && { parent: find(parent) }),
    ...(deletedWith !== undefined && { deletedWith: find(deletedWith) }),
    aliases: aliases.map((alias) => {
      if (typeof alias === "string") return alias;
      const { name, parent: old, noParent } = alias;
      return {
        ...(name !== undefined && { name }),
        ...(old !== undefined && { parent: find(old) }),
        ...(noParent && { parent: pulumi.rootStackResource }),
      };
    }),
    ...(protect !== undefined && { protect }),
    ...(retainOnDelete !== undefined && { retainOnDelete }),
    ...(deleteBeforeReplace !== undefined && { deleteBeforeReplace }),
    ...(ignoreChanges && { ignoreChanges }),
    ...(replaceOnChanges && { replaceOnChanges }),
    ...(planned.additionalSecretOutputs && { additionalSecretOutputs: planned.additionalSecretOutputs }),
  };
}

const plan = JSON.parse(readFileSync(process.env["TEST_PLAN"] ?? "", "utf8")) as Plan;

module.exports = async () => {
  for (const planned of plan.resources ?? []) {
    const options = optionsOf(planned);
    const { name, props = {} } = planned;
    made.set(
      name,
      planned.component ? new Group(name, options) : new Thing(name, valueOf(props) as object, options),
    );
  }
  const outputs: Record<string, unknown> = { nodeArguments: process.execArgv };
  for (const { token, args } of plan.invokes ?? []) {
    outputs[token] = await pulumi.runtime.invoke(token, args, { async: true });
  }
  const config = new pulumi.Config();
  for (const key of plan.config ?? []) outputs[key] = config.get(key);
  if (plan.throws !== undefined) {
    // The SDK formats the stack of whatever is thrown, and Node 20.20 takes half a minute over a frame such as
    // node_modules/@pulumi/resource.ts: its search for the end of the package's name never ends.
    const error = new pulumi.RunError(plan.throws);
    delete error.stack;
    throw error;
  }
  return outputs;
};
