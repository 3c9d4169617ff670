import { startPanorama } from "../../packages/simulator/index";
import type { PanoramaLab, PanoramaOptions } from "../../packages/simulator/index";
import type { XmlElement } from "../../packages/simulator/xml/element";
import { Client } from "./stock-client";
import type { Reply } from "./stock-client";

export const GROUPS = "/config/devices/entry[@name='localhost.localdomain']/device-group";
export const CLOUD = `${GROUPS}/entry[@name='cloud']`;
export const PRE = `${CLOUD}/pre-rulebase/security/rules`;
export const POST = `${CLOUD}/post-rulebase/security/rules`;

/** A partial commit as clients send it that keep to their own changes in one group. */
export function ownCommit(admin: string, group = "cloud"): string {
  const no = ["template", "template-stack", "log-collector", "log-collector-group"]
    .map((kind) => `<no-${kind}/>`)
    .join("");
  return (
    `<commit><partial><admin><member>${admin}</member></admin><device-group><member>${group}</member></device-group>` +
    `${no}<device-and-network>excluded</device-and-network><shared-object>excluded</shared-object></partial></commit>`
  );
}

/** An administrator's session with Panorama. */
export class Manager {
  private constructor(
    readonly lab: PanoramaLab,
    readonly client: Client,
  ) {}

  static async login(lab: PanoramaLab, user = "admin", panorama = lab.panorama): Promise<Manager> {
    return new Manager(lab, await Client.login(panorama, user));
  }

  ask(cmd: string, target?: string): Promise<Reply> {
    return this.client.send({ type: "op", cmd, ...(target !== undefined && { target }) });
  }

  push(groups: string, more = ""): Promise<Reply> {
    const cmd = `<commit-all><shared-policy><device-group>${groups}</device-group>${more}</shared-policy></commit-all>`;
    return this.client.send({ type: "commit", action: "all", cmd });
  }

  /** Pushes to a group and waits; the job. */
  async pushed(more = "", groups = `<entry name="cloud"/>`): Promise<XmlElement> {
    const reply = await this.push(groups, more);
    const id = reply.root.at("result", "job")?.text;
    if (id === undefined) throw new Error(`no job: ${reply.text}`);
    return this.client.job(id);
  }

  /** In the words of `show devices all`, by serial. */
  async states(): Promise<string[]> {
    const reply = await this.ask("<show><devices><all></all></devices></show>");
    const devices = reply.root.at("result", "devices")?.entries() ?? [];
    return devices.map((each) => `${each.value("connected")} ${each.value("shared-policy-status")}`);
  }
}

/** A Panorama with two firewalls, and two administrators who are logged in. */
export async function startManaged(
  options: PanoramaOptions = {},
): Promise<{ lab: PanoramaLab; admin: Manager; bob: Manager }> {
  const users = ["admin", "bob"].map((name) => ({ name, password: name }));
  const lab = await startPanorama({ firewalls: 2, users, ...options });
  return { lab, admin: await Manager.login(lab), bob: await Manager.login(lab, "bob") };
}

/** "commit succeeded OK" of each firewall of a push. */
export function outcomes(job: XmlElement): string[] {
  const devices = job.child("devices")?.entries() ?? [];
  return devices.map((each) => `${each.value("status")} ${each.value("result")}`);
}
