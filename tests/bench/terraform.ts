import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { PanosClient } from "../../panos/client";
import { ruleFrom } from "../../panos/entries";
import { waitForJob } from "../../panos/job";
import { containerXpath } from "../../panos/location";
import { entries, find, members, parseXml, textAt } from "../../panos/xml";
import { startSimulator, type Fault, type Simulator } from "../../packages/simulator";
import { FIREWALL, PASSWORD } from "./trial";

const VSYS = { vsys: "vsys1" };
const ADMINISTRATOR = "terraform";
const SOURCE = "paloaltonetworks/panos";

/** Names the folder of the provider's binary, `terraform-provider-panos`, as Terraform's `dev_overrides` have it. */
const PROVIDER_VARIABLE = "PANOS_TERRAFORM_PROVIDER";

/** A Terraform configuration, as JSON. */
type Configuration = Record<string, unknown>;

/** What of ours a firewall runs, declared for Terraform: one group of rules above the cleanup rule, and its services. */
export function declaredFor(firewall: Simulator): Configuration {
  const vsys = (container: "rules" | "service" | "tag") => {
    const text = firewall.running(containerXpath(VSYS, container));
    return text === "" ? undefined : parseXml(text);
  };
  const location = { vsys: { name: VSYS.vsys } };
  const tags = [...entries(vsys("tag")).keys()];
  const services = [...entries(vsys("service"))].map(([name, entry]) => ({
    name,
    location,
    tags: members(find(entry, "tag")),
    protocol: { tcp: { destination_port: textAt(entry, "protocol", "tcp", "port") } },
  }));
  const rules = [...entries(vsys("rules")).values()]
    .map(ruleFrom)
    .filter(({ tag }) => tag.some((name) => tags.includes(name)))
    .map(({ name, description, tag, from, to, source, destination, application, service, action }) => ({
      name,
      description,
      tag,
      action,
      source_zones: from,
      destination_zones: to,
      source_addresses: source,
      destination_addresses: destination,
      applications: application,
      services: service,
    }));
  return {
    panos_administrative_tag: named(tags.map((name) => ({ name, location }))),
    ...(services.length > 0 && {
      panos_service: named(services.map((service) => ({ ...service, depends_on: addresses("tag", tags) }))),
    }),
    panos_security_policy_rules: {
      ours: {
        location,
        position: { where: "before", directly: true, pivot: "cleanup" },
        rules,
        depends_on: [
          ...addresses("tag", tags),
          ...addresses(
            "service",
            services.map(({ name }) => name),
          ),
        ],
      },
    },
  };
}

const named = (list: readonly { name: string }[]) =>
  Object.fromEntries(list.map((each) => [identifier(each.name), each]));

/** How other resources name such ones. */
const addresses = (kind: "tag" | "service", names: readonly string[]) =>
  names.map((name) => `panos_${kind === "tag" ? "administrative_tag" : kind}.${identifier(name)}`);

const identifier = (name: string) => name.replace(/\W/g, "_");

/** Terraform with the vendor's provider, on an empty firewall of its own. */
export class TerraformTrial {
  private constructor(
    readonly firewall: Simulator,
    private readonly folder: string,
    private readonly terraform: string,
    private readonly client: PanosClient,
  ) {}

  /** @throws Error where Terraform or its provider isn't there */
  static async start(faults: readonly Fault[]): Promise<TerraformTrial> {
    const { terraform, provider } = found(process.env);
    const firewall = await startSimulator({
      config: FIREWALL,
      users: [{ name: ADMINISTRATOR, password: PASSWORD }],
      commitSeconds: 0,
      faults,
    });
    const folder = await mkdtemp(join(tmpdir(), "aws-panos-bench-"));
    await writeFile(
      join(folder, "terraform.rc"),
      `provider_installation {\n  dev_overrides { ${JSON.stringify(SOURCE)} = ${JSON.stringify(provider)} }\n  direct {}\n}\n`,
    );
    const client = new PanosClient({
      hostname: "127.0.0.1",
      port: firewall.port,
      protocol: "https",
      ...VSYS,
      username: ADMINISTRATOR,
      password: PASSWORD,
      skipVerifyCertificate: true,
    });
    return new TerraformTrial(firewall, folder, terraform, client);
  }

  /**
   * Applies a configuration, and commits where that changed the candidate, as its users do by other means.
   * @returns seconds from Terraform's start to the end of the commit's job
   */
  async apply(resource: Configuration): Promise<number> {
    const whole = {
      terraform: { required_providers: { panos: { source: SOURCE } } },
      provider: { panos: {} },
      resource,
    };
    await writeFile(join(this.folder, "main.tf.json"), JSON.stringify(whole, undefined, 1));
    const started = process.hrtime.bigint();
    await this.run("apply", "-auto-approve", "-input=false", "-no-color");
    const job = await this.client.commit("<commit/>");
    if (job !== undefined) await waitForJob(this.client, job, { timeoutSeconds: 60 });
    return Number(process.hrtime.bigint() - started) / 1e9;
  }

  private async run(...args: string[]): Promise<void> {
    const child = spawn(this.terraform, args, {
      cwd: this.folder,
      env: {
        ...process.env,
        TF_CLI_CONFIG_FILE: join(this.folder, "terraform.rc"),
        CHECKPOINT_DISABLE: "1",
        PANOS_HOSTNAME: "127.0.0.1",
        PANOS_PORT: String(this.firewall.port),
        PANOS_USERNAME: ADMINISTRATOR,
        PANOS_PASSWORD: PASSWORD,
        PANOS_SKIP_VERIFY_CERTIFICATE: "true",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += String(text)));
    const [code] = (await once(child, "close")) as [number];
    if (code !== 0) throw new Error(`terraform ${args[0]} ended with exit code ${code}:\n${said}`);
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.firewall.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function found(environment: NodeJS.ProcessEnv): { terraform: string; provider: string } {
  const terraform = (environment["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "terraform"))
    .find(isExecutable);
  if (terraform === undefined) throw new Error("--peers: no terraform on PATH");
  const provider = environment[PROVIDER_VARIABLE];
  if (provider === undefined || !isExecutable(join(provider, "terraform-provider-panos"))) {
    throw new Error(
      `--peers: no terraform-provider-panos in ${provider ?? "any folder"}: ${PROVIDER_VARIABLE} names the one that has it`,
    );
  }
  return { terraform, provider };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
