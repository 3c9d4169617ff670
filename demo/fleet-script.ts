/** The demo with Panorama: a device group with three firewalls, one of which is away for a while. */
import { join } from "node:path";
import type { RunResult } from "../packages/pulumi/stack";
import type { Drift } from "../review/drift/types";
import { GROUP, type DemoFleet } from "./fleet";
import { drifted } from "./script";
import type { Stage } from "./stage";
import type { Line, Story } from "./story";

const WEB = "aws-sg-0ab9c37e7cf290ea4";
const QUARANTINE = "aws-quarantine-demo4aws-in";

const PARTNERS = `<entry name="allow-partners"><from><member>untrust</member></from><to><member>trust</member></to>
<source><member>203.0.113.0/24</member></source><destination><member>any</member></destination>
<application><member>any</member></application><service><member>any</member></service><action>allow</action></entry>`;

export function fleetScript(fleet: DemoFleet) {
  return { tell: (story: Story, stage: Stage) => tell(story, stage, fleet), destroy };
}

async function tell(story: Story, stage: Stage, fleet: DemoFleet): Promise<void> {
  const { stack, account, administrator } = stage;
  const { screen } = story;
  const up = (): Promise<RunResult> => stack.up({ skipPreview: true, parallel: 100 });

  await story.step(
    "Preview: what would change, and on how many firewalls? (pulumi preview)",
    () => stack.preview(),
    { writes: 0, commits: 0, rules: {}, says: "reaches 3 firewalls" },
  );

  await story.step("Up: one commit on Panorama, one push to the device group (pulumi up)", up, {
    commits: 1,
    pushes: 1,
    says: "is in force on 3 firewalls",
    rules: { [`${WEB}-tcp-443`]: "added" },
    absent: [`${WEB}-tcp-80`],
    table: true,
  });
  screen.note("No rule for web's port 80: the pre-rule allow-http-in of the device group allows it already.");

  fleet.connect("fw2", false);
  await account.authorize("web", 8444, "203.0.113.0/24", "staging, for the partner");
  await story.step(
    "Port 8444 is opened while fw2 is away: the others get it, and the run says who has not",
    up,
    {
      commits: 1,
      pushes: 1,
      behind: ["fw2"],
      fails: true,
      says: "in force on 2 of 3 firewalls",
      rules: { [`${WEB}-tcp-8444`]: "added" },
    },
  );

  fleet.connect("fw2", true);
  await story.step("fw2 is back: the next run pushes to it alone, although nothing else has changed", up, {
    commits: 0,
    pushes: 1,
    says: "is in force on 3 firewalls",
    rules: {},
  });

  await administrator.widen(`${WEB}-tcp-443`);
  await administrator.push(GROUP.deviceGroup, [fleet.serial("fw3")]);
  await story.look<Drift>(
    "Somebody edits a rule of ours on Panorama and pushes it to fw3 alone (npm run drift)",
    { run: () => stage.look("drift"), file: join(stage.out, "drift.json"), tell: driftedOn },
    { code: 2, says: "it is so on fw3" },
  );

  const refreshed = () => stack.up({ skipPreview: true, refresh: true, parallel: 100 });
  await story.step("Up: it is as AWS says again, on all of them", refreshed, {
    commits: 1,
    pushes: 1,
    rules: { [`${WEB}-tcp-443`]: "changed" },
  });

  await story.meanwhile(async () => {
    await administrator.putFirst("allow-partners", PARTNERS);
    await administrator.push(GROUP.deviceGroup, fleet.lab.serials);
  });
  await story.step("The administrator pushes a pre-rule that allows the partner everything: ours goes", up, {
    commits: 1,
    pushes: 1,
    rules: { [`${WEB}-tcp-8444`]: "removed" },
  });

  await account.mark("web-1");
  await story.step("Instance web-1 is marked SecurityStatus=IR: isolated at the top of every firewall", up, {
    commits: 1,
    pushes: 1,
    rules: { [QUARANTINE]: "added", [`${WEB}-tcp-443`]: "changed" },
  });
}

async function destroy(story: Story, { stack }: Stage): Promise<void> {
  await story.step(
    "Destroy: everything of ours goes, from Panorama and from each firewall (pulumi destroy)",
    () => stack.destroy({ parallel: 100 }),
    { commits: 1, pushes: 1, rules: { [`${WEB}-tcp-443`]: "removed" }, ours: 0, table: true },
  );
}

function driftedOn(drift: Drift): Line[] {
  const findings = drift.firewalls.flatMap((firewall) => firewall.findings);
  const firewalls = new Set(findings.flatMap(({ on = [] }) => on));
  return [
    ...drifted(drift),
    { parts: [`it is so on ${[...firewalls].join(", ")}, and not yet on the others`], isDetail: true },
  ];
}
