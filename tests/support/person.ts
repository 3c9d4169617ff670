import { PanosClient } from "../../panos/client";
import { waitForJob, type Job } from "../../panos/job";
import { locks, releaseCommitLock, takeCommitLock, type Lock } from "../../panos/lock";
import { containerXpath, entryXpath, type Container } from "../../panos/location";
import { pendingChanges, type PendingChange } from "../../panos/system";
import type { Simulator } from "../../packages/simulator";

const VSYS = { vsys: "vsys1" };

/** Somebody who works on the firewall by hand, as one more client of the same API. */
export class Person {
  readonly client: PanosClient;

  constructor(
    firewall: Simulator,
    readonly name: string,
    password: string,
  ) {
    this.client = new PanosClient({
      hostname: "127.0.0.1",
      port: firewall.port,
      protocol: "https",
      vsys: VSYS.vsys,
      username: name,
      password,
      skipVerifyCertificate: true,
    });
  }

  /** Puts a rule, as XML, at the end of the rulebase. */
  addRule(entry: string): Promise<void> {
    return this.client.set(containerXpath(VSYS, "rules"), entry);
  }

  /** Puts an object, as XML. */
  addObject(kind: Exclude<Container, "rules">, entry: string): Promise<void> {
    return this.client.set(containerXpath(VSYS, kind), entry);
  }

  /** Replaces one setting of a rule; `element` is its XML. */
  edit(rule: string, setting: string, element: string): Promise<void> {
    return this.client.edit(`${entryXpath(VSYS, "rules", rule)}/${setting}`, element);
  }

  /** Adds to a rule: `element` is XML of one of its settings. */
  set(rule: string, element: string): Promise<void> {
    return this.client.set(entryXpath(VSYS, "rules", rule), element);
  }

  removeTag(rule: string, tag: string): Promise<void> {
    return this.client.delete(`${entryXpath(VSYS, "rules", rule)}/tag/member[text()='${tag}']`);
  }

  moveBelow(rule: string, other: string): Promise<void> {
    return this.client.move(entryXpath(VSYS, "rules", rule), "after", other);
  }

  deleteRule(rule: string): Promise<void> {
    return this.client.delete(entryXpath(VSYS, "rules", rule));
  }

  /** Commits everybody's changes, as the button does. */
  async commitEverything(): Promise<Job | undefined> {
    const id = await this.client.commit("<commit></commit>");
    return id === undefined ? undefined : waitForJob(this.client, id, { timeoutSeconds: 60 });
  }

  takeLock(comment: string): Promise<void> {
    return takeCommitLock(this.client, this.name, comment);
  }

  /** Takes a lock on writing. @param scope "shared", or a vsys */
  async takeConfigLock(scope: string, comment: string): Promise<void> {
    const add = `<add><comment>${comment}</comment></add>`;
    await this.client.op(`<request><config-lock>${add}</config-lock></request>`, false, scope);
  }

  async releaseConfigLock(scope: string): Promise<void> {
    await this.client.op("<request><config-lock><remove></remove></config-lock></request>", false, scope);
  }

  releaseLock(): Promise<void> {
    return releaseCommitLock(this.client);
  }

  locks(): Promise<Lock[]> {
    return locks(this.client, "commit");
  }

  configLocks(): Promise<Lock[]> {
    return locks(this.client, "config");
  }

  pending(): Promise<PendingChange[]> {
    return pendingChanges(this.client);
  }

  leave(): Promise<void> {
    return this.client.close();
  }
}
