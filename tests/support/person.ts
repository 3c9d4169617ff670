import { PanosClient } from "../../panos/client";
import { waitForJob, type Job } from "../../panos/job";
import { locks, releaseCommitLock, takeCommitLock, type Lock } from "../../panos/lock";
import { containerXpath, entryXpath, type Location } from "../../panos/location";
import { pushGroup } from "../../panos/push";
import { pendingChanges, type PendingChange } from "../../panos/system";
import type { Simulator } from "../../packages/simulator";

const VSYS: Location = { vsys: "vsys1" };

/** Somebody who works on the firewall by hand, as one more client of the same API. */
export class Person {
  readonly client: PanosClient;

  constructor(
    firewall: Simulator,
    readonly name: string,
    password: string,
    readonly at = VSYS,
    /** Device groups that this person pushes to after committing. */
    private readonly pushes: readonly string[] = [],
  ) {
    this.client = new PanosClient({
      hostname: "127.0.0.1",
      port: firewall.port,
      protocol: "https",
      ...at,
      username: name,
      password,
      skipVerifyCertificate: true,
    });
  }

  /** Puts a rule, as XML, at the end of the rulebase. */
  addRule(entry: string): Promise<void> {
    return this.client.set(containerXpath(this.at, "rules"), entry);
  }

  /** Puts an object, as XML. */
  addObject(kind: string, entry: string): Promise<void> {
    return this.client.set(containerXpath(this.at, kind), entry);
  }

  /** Replaces one setting of a rule; `element` is its XML. */
  edit(rule: string, setting: string, element: string): Promise<void> {
    return this.client.edit(`${entryXpath(this.at, "rules", rule)}/${setting}`, element);
  }

  /** Adds to a rule: `element` is XML of one of its settings. */
  set(rule: string, element: string): Promise<void> {
    return this.client.set(entryXpath(this.at, "rules", rule), element);
  }

  removeTag(rule: string, tag: string): Promise<void> {
    return this.client.delete(`${entryXpath(this.at, "rules", rule)}/tag/member[text()='${tag}']`);
  }

  moveBelow(rule: string, other: string): Promise<void> {
    return this.client.move(entryXpath(this.at, "rules", rule), "after", other);
  }

  moveAbove(rule: string, other: string): Promise<void> {
    return this.client.move(entryXpath(this.at, "rules", rule), "before", other);
  }

  moveToTop(rule: string): Promise<void> {
    return this.client.move(entryXpath(this.at, "rules", rule), "top");
  }

  deleteRule(rule: string): Promise<void> {
    return this.client.delete(entryXpath(this.at, "rules", rule));
  }

  /** Commits everybody's changes, as the button does, and pushes them where there is something to push to. */
  async commitEverything(): Promise<Job | undefined> {
    const id = await this.client.commit("<commit></commit>");
    const job = id === undefined ? undefined : await waitForJob(this.client, id, { timeoutSeconds: 60 });
    for (const group of this.pushes) await pushGroup(this.client, { group, scope: "full", ...this.byHand() });
    return job;
  }

  /** Pushes what this person has committed to firewalls of the device group. */
  async push(serials: readonly string[]): Promise<void> {
    const group = this.at.panorama?.deviceGroup ?? "";
    await pushGroup(this.client, { group, serials, scope: "own", ...this.byHand() });
  }

  private byHand() {
    return { administrator: this.name, description: "by hand", timeoutSeconds: 60 } as const;
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
