import * as pulumi from "@pulumi/pulumi";
import { declarationOf, NO_CONTENT } from "../../declaration/declaration";
import { Registering, urnOf } from "../../provider/resource/registration";
import { Commit, Firewall, objectResource } from "../../provider/resources";
import type { SecurityRule } from "../../panos/policy";

/** A policy declared otherwise than the program declares it: other names and parents in Pulumi. */
export interface Variation {
  /** Ports of 10.0.0.1 that get a rule each. */
  ports: number[];
  /** What the firewall's vsys is called; "vsys1" unless given. */
  vsys?: string;
  /** Group in the rules' PAN-OS names; "sg-0a0001" unless given. */
  group?: string;
  /** What comes before each resource's logical name. */
  prefix?: string;
  component?: string;
  componentType?: string;
  commit?: string;
  /** Logical names of rules by port, where they shall not follow the rules' PAN-OS names. */
  logicalNames?: Record<number, string>;
}

/** PAN-OS name of the rule for a port. */
export function variedRule({ group = "sg-0a0001" }: Pick<Variation, "group">, port: number): string {
  return `aws-${group}-tcp-${port}`;
}

/** Text of a program that declares a variation, for `Lab.programDir`. */
export function programOf(variation: Variation): string {
  return `require("./tests/support/declare").declare(${JSON.stringify(variation)});\n`;
}

/** Declares a variation. Runs as a Pulumi program. */
export function declare(variation: Variation): void {
  const { ports, vsys = "vsys1", prefix = "", component = "fw" } = variation;
  const { componentType = "test:index:Policy" } = variation;
  const parent = new pulumi.ComponentResource(componentType, component);
  const [name, ownerId, before, stack] = ["firewall", "test1234", "cleanup", "test/dev"];
  const firewall = `${name}/${vsys}`;
  const firewallResource = new Firewall(
    `${prefix}firewall`,
    { name, vsys, hostname: "127.0.0.1", ownerId, cleanupRule: before, stack },
    { parent },
  );
  const tag = { name: `aws-panos-${ownerId}`, comments: stack };
  const rules = ports.map((port) => ruleFor(variedRule(variation, port), port, tag.name));
  const registering = new Registering(parent);
  const registered = async () => {
    const tagResource = await registering.create({
      ...objectResource("tags", `${prefix}tag`, { firewall, ...tag, acceptRename: false }),
      dependsOn: [{ urn: urnOf(firewallResource) }],
    });
    for (const [index, rule] of rules.entries()) {
      const logical = variation.logicalNames?.[ports[index] ?? 0] ?? rule.name;
      await registering.create({
        ...objectResource("rules", prefix + logical, { firewall, ownerId, before, ...rule }),
        dependsOn: [tagResource],
      });
    }
    await registering.all();
  };
  const declared = declarationOf(ownerId, stack, { ...NO_CONTENT, rules });
  new Commit(
    variation.commit ?? "commit",
    { firewall, ownerId, before, stack, declared: registered().then(() => declared) },
    { parent },
  );
}

/** A rule for a port of 10.0.0.1. */
export function ruleFor(name: string, port: number, tag: string): SecurityRule {
  return {
    name,
    description: `port ${port}`,
    tag: [tag],
    from: ["untrust"],
    to: ["trust"],
    source: ["203.0.113.0/24"],
    destination: ["10.0.0.1"],
    application: [port === 22 ? "ssh" : port === 25 ? "smtp" : "ssl"],
    service: ["application-default"],
    action: "allow",
  };
}
