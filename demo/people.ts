import { PanosClient } from "../panos/client";
import { waitForJob } from "../panos/job";
import { entryXpath, vsysXpath } from "../panos/location";
import { rulebaseFrom } from "../panos/rulebase";
import type { RulebaseRule } from "../panos/policy";
import { child } from "../panos/xml";
import type { Simulator } from "../packages/simulator";

/** The firewall's administrator, who works on it by hand, as another client of the same API. */
export class Administrator {
  private readonly client: PanosClient;

  constructor(firewall: Simulator, username: string, password: string) {
    this.client = new PanosClient({
      hostname: "127.0.0.1",
      port: firewall.port,
      protocol: "https",
      vsys: "vsys1",
      username,
      password,
      skipVerifyCertificate: true,
    });
  }

  /** The running rulebase, in evaluation order. */
  async rulebase(): Promise<RulebaseRule[]> {
    const vsys = await this.client.show(vsysXpath({ vsys: "vsys1" }));
    return rulebaseFrom(child(vsys, "entry"), undefined).rules;
  }

  /** Opens a rule to everybody and commits, as somebody in a hurry would. */
  async widen(rule: string): Promise<void> {
    const xpath = `${entryXpath({ vsys: "vsys1" }, "rules", rule)}/source`;
    await this.client.edit(xpath, "<source><member>any</member></source>");
    const job = await this.client.commit("<commit><description>temporary, will fix</description></commit>");
    if (job !== undefined) await waitForJob(this.client, job, { timeoutSeconds: 60 });
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
