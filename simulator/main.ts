import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startSimulator } from "./index";
import { stopWithLauncher } from "./launcher";
import type { SimulatorOptions } from "./index";

const HELP = `A PAN-OS firewall to develop against: the XML API, candidate and running configuration, commit jobs.

npm run simulator -- [options]
  --port N             HTTPS port (default 8443; 0 takes any free one)
  --http-port N        HTTP port, for the API and the page at / (default 8080; 0 takes any free one)
  --host ADDRESS       where to listen (default 127.0.0.1)
  --user NAME          an administrator with all rights (default admin); repeatable,
  --password TEXT      each with the --password at the same place (default: its name)
  --config FILE        the running configuration at the start, a PAN-OS <config> with vsys1
  --commit-seconds N   how long a commit job runs (default 1)
  --record FILE        append one line of JSON for each request, without secrets
  --sw-version TEXT    PAN-OS version to report (default 11.1.2)
  --key-lifetime N     API keys expire after N seconds (default: never)
  --help

More administrators can be in the configuration, with a role of their own:
  <mgt-config><users><entry name="ops">
    <phash>sha256:HEX</phash>      where HEX is what "printf %s PASSWORD | sha256sum" prints
    <permissions><role-based><superuser>yes</superuser></role-based></permissions>
or <custom><profile>NAME</profile></custom> in <role-based>, with /config/shared/admin-role/entry[@name=NAME]
/role/device/xmlapi saying "enable" for config, op, commit, user-id, export.
`;

const OPTIONS = {
  port: { type: "string", default: "8443" },
  "http-port": { type: "string", default: "8080" },
  host: { type: "string" },
  user: { type: "string", multiple: true },
  password: { type: "string", multiple: true },
  config: { type: "string" },
  "commit-seconds": { type: "string", default: "1" },
  record: { type: "string" },
  "sw-version": { type: "string" },
  "key-lifetime": { type: "string" },
  help: { type: "boolean" },
} as const;

/** Reads the command line. @throws Error that names the option and what is wrong with it */
function optionsFrom(args: string[]): SimulatorOptions | "help" {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.help) return "help";
  const names = values.user ?? ["admin"];
  const passwords = values.password ?? [];
  if (passwords.length > names.length) throw new Error("--password: there are more passwords than users");
  const users = names.map((name, index) => ({ name, password: passwords[index] ?? name }));
  const keyLifetime = values["key-lifetime"];
  return {
    port: number("--port", values.port, 65535),
    httpPort: number("--http-port", values["http-port"], 65535),
    commitSeconds: number("--commit-seconds", values["commit-seconds"], 3600),
    users,
    ...(values.host !== undefined && { host: values.host }),
    ...(values.config !== undefined && { config: readFileSync(values.config, "utf8") }),
    ...(values.record !== undefined && { record: values.record }),
    ...(values["sw-version"] !== undefined && { swVersion: values["sw-version"] }),
    ...(keyLifetime !== undefined && { keyLifetimeSeconds: number("--key-lifetime", keyLifetime, 1e9) }),
  };
}

function number(option: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > max) {
    throw new Error(`${option}: "${text}" is not a number between 0 and ${max}`);
  }
  return value;
}

async function main(): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  if (options === "help") {
    console.log(HELP);
    return;
  }
  const simulator = await startSimulator(options);
  console.log(
    `PAN-OS simulator: XML API on ${simulator.url}/api/ (self-signed certificate) and ${simulator.httpUrl}/api/`,
  );
  console.log(`Rulebase and jobs to look at: ${simulator.httpUrl}/`);
  const stop = (): void => void simulator.stop();
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  stopWithLauncher(stop);
}

main().catch((error: unknown) => {
  console.error(`simulator: ${error instanceof Error ? error.message : String(error)}`);
  console.error("npm run simulator -- --help lists the options");
  process.exitCode = 1;
});
