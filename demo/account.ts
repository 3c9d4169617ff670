import { readFile, writeFile } from "node:fs/promises";
import type { Inventory, SecurityGroup } from "../inventory/types";

/** The demo's AWS account: a recorded inventory in a file, changed as people change their accounts. */
export class DemoAccount {
  private constructor(
    readonly file: string,
    readonly inventory: Inventory,
  ) {}

  /** Copies a recording, so that the demo leaves it as it is. */
  static async copy(recording: string, file: string): Promise<DemoAccount> {
    const account = new DemoAccount(file, JSON.parse(await readFile(recording, "utf8")) as Inventory);
    await account.save();
    return account;
  }

  /** Stops an instance: it disappears from the running ones, its interface stays. */
  async stopInstance(name: string): Promise<void> {
    const index = this.inventory.instances.findIndex((instance) => instance.name === name);
    if (index < 0) throw new Error(`the demo's account has no instance ${name}`);
    this.inventory.instances.splice(index, 1);
    await this.save();
  }

  /** Has the instances' tags seen: they have none. */
  async showTags(): Promise<void> {
    for (const instance of this.inventory.instances) instance.tags ??= {};
    await this.save();
  }

  /** Marks an instance, as whoever responds to an incident does. */
  async mark(name: string): Promise<void> {
    const instance = this.inventory.instances.find((each) => each.name === name);
    if (instance === undefined) throw new Error(`the demo's account has no instance ${name}`);
    instance.tags = { ...instance.tags, SecurityStatus: "IR" };
    await this.save();
  }

  /** Revokes a group's permission for a port. */
  async revoke(groupName: string, port: number): Promise<void> {
    const group = this.group(groupName);
    group.ingress = group.ingress.filter(({ fromPort }) => fromPort !== port);
    await this.save();
  }

  /** Authorizes TCP to a port from a CIDR. */
  async authorize(groupName: string, port: number, cidrIpv4: string, description: string): Promise<void> {
    const rule = {
      id: `sgr-0demo${port}`,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      cidrIpv4,
      description,
    };
    this.group(groupName).ingress.push(rule);
    await this.save();
  }

  /** Names of its security groups, by their ids. */
  groupNames(): Map<string, string> {
    return new Map(this.inventory.securityGroups.map(({ id, name }) => [id, name]));
  }

  private group(name: string): SecurityGroup {
    const group = this.inventory.securityGroups.find((candidate) => candidate.name === name);
    if (group === undefined) throw new Error(`the demo's account has no security group ${name}`);
    return group;
  }

  private async save(): Promise<void> {
    await writeFile(this.file, `${JSON.stringify(this.inventory, null, 2)}\n`);
  }
}
