import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseFaults, startHaPair, startSimulator } from "./index";
import { HELP } from "./help";
import { stopWithLauncher } from "./launcher";
import { parseApplications } from "./policy/more-applications";
import type { MoreApplications } from "./policy/more-applications";
import { refusesFrom } from "./refuses";
import type { Fault, HaPairOptions, Simulator } from "./index";

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
  applications: { type: "string" },
  "every-application": { type: "boolean" },
  "max-rules": { type: "string" },
  refuse: { type: "string", multiple: true },
  faults: { type: "string" },
  ha: { type: "string" },
  "second-port": { type: "string", default: "8444" },
  "second-http-port": { type: "string", default: "8081" },
  "sync-seconds": { type: "string", default: "1" },
  "passive-writes": { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** Reads the command line. @throws Error that names the option and what is wrong with it */
function optionsFrom(args: string[]): (HaPairOptions & { pair: boolean }) | "help" {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.help) return "help";
  const names = values.user ?? ["admin"];
  const passwords = values.password ?? [];
  if (passwords.length > names.length) throw new Error("--password: there are more passwords than users");
  const users = names.map((name, index) => ({ name, password: passwords[index] ?? name }));
  const { ha } = values;
  if (ha !== undefined && ha !== "active-passive" && ha !== "active-active")
    throw new Error(`--ha: "${ha}" is neither active-passive nor active-active`);
  const { "key-lifetime": keyLifetime, "max-rules": maxRules } = values;
  return {
    port: number("--port", values.port, 65535),
    httpPort: number("--http-port", values["http-port"], 65535),
    commitSeconds: number("--commit-seconds", values["commit-seconds"], 3600),
    users,
    ...(values.host !== undefined && { host: values.host }),
    ...(values.config !== undefined && { config: readFileSync(values.config, "utf8") }),
    ...(values.record !== undefined && { record: values.record }),
    ...(values["sw-version"] !== undefined && { swVersion: values["sw-version"] }),
    ...(values.refuse !== undefined && { refuses: refusesFrom(values.refuse) }),
    ...(values.faults !== undefined && { faults: faultsOf(values.faults) }),
    ...(values.applications !== undefined && { applications: applicationsOf(values.applications) }),
    ...(values["every-application"] && { everyApplication: true }),
    ...(maxRules !== undefined && { maxRules: number("--max-rules", maxRules, 1e6) }),
    ...(values["passive-writes"] && { passiveWrites: true }),
    pair: ha !== undefined,
    ...(ha !== undefined && { mode: ha }),
    syncSeconds: number("--sync-seconds", values["sync-seconds"], 3600),
    second: {
      port: number("--second-port", values["second-port"], 65535),
      httpPort: number("--second-http-port", values["second-http-port"], 65535),
    },
    ...(keyLifetime !== undefined && { keyLifetimeSeconds: number("--key-lifetime", keyLifetime, 1e9) }),
  };
}

function applicationsOf(file: string): MoreApplications {
  try {
    return parseApplications(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`--applications ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function faultsOf(file: string): Fault[] {
  return parseFaults(readFileSync(file, "utf8"), `--faults ${file}`);
}

function number(option: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > max) {
    throw new Error(`${option}: "${text}" is not a number between 0 and ${max}`);
  }
  return value;
}

function announce({ url, httpUrl }: Simulator, which?: string): void {
  const name = which === undefined ? "" : `, ${which}`;
  console.log(
    `PAN-OS simulator${name}: XML API on ${url}/api/ (self-signed certificate) and ${httpUrl}/api/`,
  );
  console.log(`Rulebase and jobs to look at: ${httpUrl}/`);
}

async function main(): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  if (options === "help") {
    console.log(HELP);
    return;
  }
  const { pair, ...rest } = options;
  const running = pair ? await startHaPair(rest) : await startSimulator(rest);
  if ("first" in running) {
    announce(running.first, "the first firewall of an HA pair");
    announce(running.second, "the second one");
  } else announce(running);
  const stop = (): void => void running.stop();
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  stopWithLauncher(stop);
}

main().catch((error: unknown) => {
  console.error(`simulator: ${error instanceof Error ? error.message : String(error)}`);
  console.error("npm run simulator -- --help lists the options");
  process.exitCode = 1;
});
