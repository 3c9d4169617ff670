import { PanosClient } from "../panos/client";
import { waitForJob } from "../panos/job";
import { withoutInherited } from "../panos/device-groups";
import { containerXpath, entryXpath, type Location } from "../panos/location";
import { pushGroup } from "../panos/push";
import { rulebaseRule } from "../panos/rulebase";
import type { RulebaseRule } from "../panos/policy";
import { child, type XmlElement } from "../panos/xml";
import type { Simulator } from "../packages/simulator";
import { isOurs } from "./rulebase";

/** The administrator of the firewall, or of Panorama, who works on it by hand, as another client of the same API. */
export class Administrator {
  private readonly client: PanosClient;

  constructor(
    firewall: Simulator,
    private readonly username: string,
    password: string,
    private readonly at: Location = { vsys: "vsys1" },
  ) {
    this.client = new PanosClient({
      hostname: "127.0.0.1",
      port: firewall.port,
      protocol: "https",
      ...at,
      username,
      password,
      skipVerifyCertificate: true,
    });
  }

  /** The running rulebase, in evaluation order. */
  async rulebase(): Promise<RulebaseRule[]> {
    return (await this.entries()).map(rulebaseRule);
  }

  /** Rules of the running rulebase that are not ours, whole. */
  async others(): Promise<string> {
    const others = (await this.entries()).filter((entry) => !isOurs(rulebaseRule(entry)));
    return JSON.stringify(others);
  }

  /** Opens a rule to everybody and commits, as somebody in a hurry would. */
  async widen(rule: string): Promise<void> {
    const xpath = `${entryXpath(this.at, "rules", rule)}/source`;
    await this.client.edit(xpath, "<source><member>any</member></source>");
    await this.commit("temporary, will fix");
  }

  /** Puts a rule, as XML, above all others, and commits. */
  async putFirst(name: string, entry: string): Promise<void> {
    await this.client.set(containerXpath(this.at, "rules"), entry);
    await this.client.move(entryXpath(this.at, "rules", name), "top");
    await this.commit("allowed for all sites");
  }

  /** Pushes what this person has committed to some firewalls of the device group. */
  async push(group: string, serials: readonly string[]): Promise<void> {
    const common = { scope: "own", description: "by hand", timeoutSeconds: 60 } as const;
    await pushGroup(this.client, { group, serials, administrator: this.username, ...common });
  }

  private async commit(description: string): Promise<void> {
    const job = await this.client.commit(`<commit><description>${description}</description></commit>`);
    if (job !== undefined) await waitForJob(this.client, job, { timeoutSeconds: 60 });
  }

  private async entries(): Promise<XmlElement[]> {
    const rules = child(await this.client.show(containerXpath(this.at, "rules")), "rules");
    const group = this.at.panorama?.deviceGroup;
    const own = group === undefined ? rules : withoutInherited(rules, group);
    return own?.children ?? [];
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
