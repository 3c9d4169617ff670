import { expect } from "chai";
import type { Effect } from "../../packages/simulator";
import { firewallConfig, ruleEntry } from "../support/lab";
import type { Permission } from "../support/account";
import type { State } from "./support/deployment";
import { World, type Kill, type RunOptions } from "./support/world";

/** An account before an update, and after one that creates, changes and deletes rules and services. */
const BEFORE: Permission[] = [
  { group: 1, port: 443 },
  { group: 1, port: 22 },
  { group: 2, port: 25 },
  { group: 2, port: 9000 },
  { group: 3, port: 22 },
  { group: 4, port: 8080 },
  { group: 5, port: 443 },
  { group: 5, port: 8443, entries: ["198.51.100.64/26", "192.0.2.64/26"] },
  { group: 5, port: 9443, entries: ["198.51.100.128/26", "192.0.2.128/26"] },
];
const AFTER: Permission[] = [
  ...BEFORE.slice(0, 4),
  { group: 5, port: 8443, entries: ["192.0.2.64/26", "203.0.113.64/26"] },
  { group: 1, port: 443, cidr: "198.51.100.0/24" },
  { group: 2, port: 9000, cidr: "192.0.2.7/32" },
  { group: 6, port: 443 },
  { group: 6, port: 9443 },
  { group: 7, port: 25 },
];

const CONFIG = firewallConfig([
  ruleEntry("partners", { source: "198.51.100.77", destination: "10.0.0.99", application: "ssl" }),
  ruleEntry("deny-telnet", { application: "telnet", action: "deny" }),
]);

interface Start {
  config: string;
  state: State;
  /** How many requests an update sends that nothing happens to. */
  requests: number;
}

/** At most so many stories at once: they wait more than they work. */
const AT_ONCE = 16;

describe("faults: an update that creates, changes and deletes, at each of its requests", function () {
  this.timeout(300_000);
  let start: Start;

  before(async () => {
    const world = await World.open({ config: CONFIG, program: true });
    try {
      expect((await world.run({ permissions: BEFORE })).errors).to.deep.equal([]);
      const [config, state] = [world.firewall.running("/config"), world.state];
      const { result, errors, steps, requests } = await world.run({ permissions: AFTER });
      expect(errors).to.deep.equal([]);
      expect(result).to.equal("succeeded");
      expect(steps).to.include.members([
        "aws-sg-0a0006-tcp-443",
        "aws-sg-0a0001-tcp-443",
        "aws-sg-0a0004-tcp-8080",
      ]);
      await world.converged();
      expect(await world.violations()).to.deep.equal([]);
      start = { config, state, requests: requests.length };
    } finally {
      await world.close();
    }
  });

  /** Runs the update with something going wrong, then again without, and then once more for nothing to do. */
  const story = async (prepare: (world: World) => Partial<RunOptions>): Promise<string[]> => {
    const world = await World.open({ config: start.config, state: start.state, program: true });
    try {
      const first = await world.run({ permissions: AFTER, ...prepare(world) });
      const fired = world.firewall.firedFaults.length;
      world.clearFaults();
      const second = await world.run({ permissions: AFTER });
      await world.converged();
      const third = await world.run({ permissions: AFTER });
      return [
        ...(fired === 0 ? ["nothing went wrong"] : []),
        ...second.errors.map((error) => `${first.result} (${first.errors.join(", ")}), then: ${error}`),
        ...third.steps.map((step) => `a third run still changes ${step}`),
        ...(await world.violations()),
      ];
    } finally {
      await world.close();
    }
  };

  const atEachRequest = async (
    prepare: (nth: number) => (world: World) => Partial<RunOptions>,
  ): Promise<void> => {
    const wrong: string[] = [];
    const waiting = Array.from({ length: start.requests }, (_, index) => index + 1);
    const work = async (): Promise<void> => {
      for (let nth = waiting.shift(); nth !== undefined; nth = waiting.shift()) {
        const at = nth;
        wrong.push(...(await story(prepare(at))).map((sentence) => `request ${at}: ${sentence}`));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(wrong).to.deep.equal([]);
  };

  for (const when of ["before", "after"] as const) {
    it(`converges after an answer that was lost ${when} the request acted`, () => {
      const effect: Effect = { do: "drop", when };
      return atEachRequest((nth) => (world) => {
        world.addFault({ match: { admin: "aws-panos" }, nth, effect });
        return {};
      });
    });

    const checkpoints = when === "before";
    it(`converges after a kill ${when} the request acted, with ${checkpoints ? "" : "no "}checkpoints`, () => {
      const kill = (nth: number): Kill => ({ nth, when, what: "everything" });
      return atEachRequest((nth) => () => ({ kill: kill(nth), checkpoints }));
    });
  }

  it("converges after the end of the engine alone, and its orphan writes nothing more", () =>
    atEachRequest((nth) => () => ({ kill: { nth, when: "before", what: "the engine" } })));

  it("converges after failures that the run went on from, with --continue-on-error", () => {
    const effect: Effect = { do: "http-error", status: 500 };
    return atEachRequest((nth) => (world) => {
      world.addFault({ match: { admin: "aws-panos" }, nth, count: 2, effect });
      return { continueOnError: true };
    });
  });
});
