/** `npm run demo`: the whole job on this machine, against the simulator. */
import { once } from "node:events";
import { join, relative, resolve } from "node:path";
import { command, refuse } from "../commands/framework";
import { endingWith, Stopped } from "./ending";
import { INPUT_COLUMNS, inputRows } from "./input";
import { demoTable } from "./options";
import { Screen } from "./screen";
import { fleetScript } from "./fleet-script";
import { destroy, tell } from "./script";
import { Stage } from "./stage";
import { StepFailed, Story } from "./story";
import { explained } from "./warnings";

const SCRIPT = { tell, destroy };

export const demo = command(demoTable, async (given, terminal) => {
  const started = Date.now();
  const ending = endingWith(terminal.output);
  const screen = new Screen(terminal, { fast: given.fast, stopped: ending.signal });
  refuse(
    given.panorama &&
      given.firewallConfig !== undefined &&
      "--panorama has a firewall's configuration of its own",
  );
  const stage = await Stage.set({ ...given, out: resolve(terminal.folder, given.out) });
  try {
    introduce(screen, stage, given.engine);
    const story = new Story(stage, screen);
    const script = stage.fleet === undefined ? SCRIPT : fleetScript(stage.fleet);
    await script.tell(story, stage);
    if (!given.keep) await script.destroy(story, stage);
    screen.heading(`Every step came out as it says (${Math.round((Date.now() - started) / 1000)} s).`);
    warn(screen, story.warnings);
    showFiles(screen, relative(terminal.folder, stage.out), stage.fleet === undefined);
    if (given.keep) {
      screen.say(["The firewall's page, with these rules, until Ctrl-C: ", address(stage)]);
      await once(ending.signal, "abort");
    }
    return "fine";
  } catch (error) {
    if (error instanceof Stopped || ending.signal.aborted) return "stopped";
    if (error instanceof StepFailed) return "failed";
    throw error;
  } finally {
    await stage.close();
    ending.release();
  }
});

/** What will happen, and to what. */
function introduce(screen: Screen, stage: Stage, isChosen: boolean): void {
  const runner =
    stage.executable.kind === "cli"
      ? `the Pulumi CLI (${stage.executable.path})`
      : `a small stand-in for the Pulumi CLI${isChosen ? "" : ", as none is installed"}`;
  const { fleet } = stage;
  const where =
    fleet === undefined ? "the firewall in front of it" : "Panorama and the firewalls in front of it";
  const simulated =
    fleet === undefined ? "a simulated firewall" : "a simulated Panorama with three firewalls";
  screen.say([
    `What the security groups of an AWS account let in becomes rules on ${where}, and stays so `,
    "while both are changed. ",
    {
      text: `All of it happens on this machine: a recorded account, ${simulated}, ${runner}.`,
      style: "dim",
    },
  ]);
  screen.say([
    `${fleet === undefined ? "The firewall" : "Panorama"}'s page, to watch meanwhile: `,
    address(stage),
  ]);
  screen.heading("What AWS lets in");
  screen.table(INPUT_COLUMNS, inputRows(stage.account.inventory));
}

function address({ simulator }: Stage) {
  return { text: simulator.httpUrl, style: "cyan" } as const;
}

function warn(screen: Screen, warnings: Iterable<string>): void {
  const texts = explained(warnings);
  if (texts.length === 0) return;
  screen.say(["What the program warned of meanwhile:"]);
  for (const text of texts) screen.say([text], { first: " ⚠ ", rest: "   " });
}

function showFiles(screen: Screen, out: string, isReviewed: boolean): void {
  screen.say(["To look at in a browser:"]);
  const file = (name: string) => ({ text: join(out, name), style: "cyan" }) as const;
  if (isReviewed) screen.note(file("review.html"), ": what the three changes open and close, and why");
  screen.note(file("drift.html"), ": what was changed by hand");
}
