import { readText } from "../../lib/file-errors";
import { parseFaults, startHaPair, startPanorama, startSimulator } from "../../packages/simulator";
import type { HaPairOptions, PanoramaOptions } from "../../packages/simulator";
import { parseApplications } from "../../packages/simulator/policy/more-applications";
import type { MoreApplications } from "../../packages/simulator/policy/more-applications";
import { refusesFrom } from "../../packages/simulator/refuses";
import { unknownsFrom } from "../../packages/simulator/panorama/unknowns";
import { command, prose, refuse, UsageError, type GivenTo } from "../framework";
import { announce, type Running } from "./announce";
import { stopWithLauncher } from "./launcher";
import { simulatorTable } from "./table";

type Given = GivenTo<typeof simulatorTable>;

/** Runs a simulated firewall, or a pair, until it is stopped. */
export const simulator = command(simulatorTable, async (given, { output, environment }) => {
  const running = await started(given, optionsFrom(given));
  announce(running, prose(output, environment));
  await new Promise<void>((stop) => {
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
    stopWithLauncher(stop);
  });
  await running.stop();
  return "fine";
});

function started(given: Given, options: HaPairOptions): Promise<Running> {
  if (given.panorama !== undefined)
    return startPanorama(withFirewalls(given.panorama, options, given.panoramaDoes));
  return given.ha === undefined ? startSimulator(options) : startHaPair(options);
}

/**
 * The configuration that is given is each firewall's; Panorama's own has two device groups. Of a pair of Panoramas the
 * second one has the second ports, and the firewalls those behind them.
 */
function withFirewalls(firewalls: number, given: HaPairOptions, does: readonly string[]): PanoramaOptions {
  const { unknowns, ha } = worded(() => unknownsFrom(does));
  const { config, second = {}, mode, syncSeconds = 0, passiveWrites = false, ...options } = given;
  const isPair = mode !== undefined;
  const next = (port = 0) => (port === 0 ? 0 : port + 1);
  const ports = isPair ? { port: next(second.port), httpPort: next(second.httpPort) } : second;
  return {
    ...options,
    firewalls,
    unknowns,
    firewall: { ...ports, ...(config !== undefined && { config }) },
    ...(isPair && { ha: { syncSeconds, passiveWrites, second, ...ha } }),
  };
}

function optionsFrom(given: Given): HaPairOptions {
  const { user, password, ha, firewallConfig, record, swVersion, keyLifetime, maxRules } = given;
  refuse(
    password.length > Math.max(user.length, 1) && "--password: there are more passwords than users",
    given.panorama !== undefined && ha === "active-active" && "--panorama goes with --ha active-passive",
    given.panorama === undefined && given.panoramaDoes.length > 0 && "--panorama-does goes with --panorama",
    ha !== undefined && !isMode(ha) && `--ha: "${ha}" is neither active-passive nor active-active`,
  );
  const names = user.length === 0 ? ["admin"] : user;
  return {
    port: given.port,
    httpPort: given.httpPort,
    host: given.host,
    commitSeconds: given.commitSeconds,
    users: names.map((name, index) => ({ name, password: password[index] ?? name })),
    ...(firewallConfig !== undefined && { config: readText(firewallConfig) }),
    ...(record !== undefined && { record }),
    ...(swVersion !== undefined && { swVersion }),
    ...(given.refuse.length > 0 && { refuses: worded(() => refusesFrom(given.refuse)) }),
    ...(given.faults !== undefined && {
      faults: parseFaults(readText(given.faults), `--faults ${given.faults}`),
    }),
    ...(given.applications !== undefined && { applications: applicationsOf(given.applications) }),
    ...(given.everyApplication && { everyApplication: true }),
    ...(maxRules !== undefined && { maxRules }),
    ...(given.passiveWrites && { passiveWrites: true }),
    ...(isMode(ha) && { mode: ha }),
    syncSeconds: given.syncSeconds,
    second: { port: given.secondPort, httpPort: given.secondHttpPort },
    ...(keyLifetime !== undefined && { keyLifetimeSeconds: keyLifetime }),
  };
}

/** A flag's words. @throws UsageError where one is none that it knows */
function worded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError([(error as Error).message]);
  }
}

function isMode(ha: string | undefined): ha is "active-passive" | "active-active" {
  return ha === "active-passive" || ha === "active-active";
}

function applicationsOf(file: string): MoreApplications {
  try {
    return parseApplications(readText(file));
  } catch (error) {
    throw new Error(`--applications ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
