import { startSimulator, type Simulator, type SimulatorOptions } from "../../packages/simulator";
import type { Stack } from "../../packages/pulumi/stack";
import { firewallConfig, PASSWORDS, ruleEntry, type Lab } from "./lab";

/** A second firewall beside a lab's own, with a rule of its administrators'. */
export function startSecond(options: SimulatorOptions = {}): Promise<Simulator> {
  const users = Object.entries(PASSWORDS).map(([name, password]) => ({ name, password }));
  return startSimulator({ config: firewallConfig([ruleEntry("theirs")]), users, ...options });
}

/** A stack of the firewalls that are listed, all of this machine. */
export function stackOfListed(
  lab: Lab,
  entries: readonly object[],
  settings: Record<string, unknown> = {},
): Promise<Stack> {
  return lab.stack({
    secrets: {
      "aws-panos-rules:firewalls": JSON.stringify(
        entries.map((entry) => ({ hostname: "127.0.0.1", ...entry })),
      ),
      "panos:password": PASSWORDS["aws-panos"],
    },
    settings: { "panos:hostname": undefined, "aws-panos-rules:skipAlreadyAllowed": "false", ...settings },
    env: { PANOS_PORT: "", PANOS_PASSWORD: "" },
  });
}
