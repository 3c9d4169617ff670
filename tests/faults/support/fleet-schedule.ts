import * as fc from "fast-check";
import type { Effect, FaultMatch, RequestRecord } from "../../../packages/simulator";
import { pushGroup } from "../../../panos/push";
import type { Edit } from "./configuration";
import { FLEET } from "./fleet";
import {
  ACCOUNTS,
  commit,
  edit,
  killWithin,
  operationOf,
  tamper,
  tampering,
  when,
  type OtherEdit,
  type PlannedFault,
  type Tampering,
} from "./schedule";
import { ADMINISTRATOR } from "./watch";
import type { Kill, World } from "./world";

/** What happens to a firewall, or between it and Panorama, at one of our requests. */
interface FleetEvent {
  nth: number;
  what:
    "away" | "back" | "push fails" | "reports late" | "others push" | "others push everything" | "fail over";
  /** Which firewall. */
  which: number;
}

interface FleetRun {
  account: number;
  how: "up" | "up --refresh" | "destroy";
  checkpoints: boolean;
  kill: Kill | undefined;
  faults: PlannedFault[];
  events: FleetEvent[];
  editBefore: OtherEdit | undefined;
  tampering: Tampering | undefined;
}

const does = (effect: Effect, change?: Edit): Pick<PlannedFault, "effect" | "edit"> => ({
  effect,
  ...(change && { edit: change }),
});

const effect = fc.oneof(
  { weight: 6, arbitrary: when.map((at) => does({ do: "drop", when: at })) },
  { weight: 2, arbitrary: when.map((at) => does({ do: "http-error", status: 503, when: at })) },
  { weight: 2, arbitrary: fc.boolean().map((announced) => does({ do: "truncate", announced })) },
  { weight: 1, arbitrary: when.map((at) => does({ do: "not-xml", when: at })) },
  { weight: 1, arbitrary: when.map((at) => does({ do: "expire-keys", when: at })) },
  {
    weight: 2,
    arbitrary: fc.constant(does({ do: "fail-job", details: ["Validation Error:", "x is invalid"] })),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(edit, commit, when).map(([change, shipped, at]) =>
      does(
        {
          ...{ do: "edit", admin: "admin", operations: operationOf(change, FLEET), when: at },
          ...(shipped !== undefined && { commit: shipped }),
        },
        change,
      ),
    ),
  },
);

/** Any request of ours, or one of those where most depends on the answer. */
const moment: fc.Arbitrary<Pick<PlannedFault, "match" | "nth">> = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((nth) => ({ match: {}, nth })),
  fc
    .tuple(
      fc.constantFrom<FaultMatch>(
        { type: "commit" },
        { action: "all" },
        { action: "multi-config" },
        { cmd: "<show><jobs>" },
        { cmd: "<show><devicegroups>" },
        { cmd: "pushed-shared-policy" },
        { cmd: "<push-scope>" },
        { cmd: "<commit-lock>" },
      ),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([match, nth]) => ({ match, nth })),
);

const run = (pair: boolean): fc.Arbitrary<FleetRun> =>
  fc.record({
    account: fc.nat(ACCOUNTS.length - 1),
    how: fc.oneof(
      { weight: 5, arbitrary: fc.constant("up --refresh" as const) },
      { weight: 4, arbitrary: fc.constant("up" as const) },
      { weight: 1, arbitrary: fc.constant("destroy" as const) },
    ),
    checkpoints: fc.boolean(),
    kill: killWithin(60, 3),
    faults: fc.array(
      fc.tuple(moment, effect).map(([at, what]): PlannedFault => ({ ...at, ...what })),
      { maxLength: 2 },
    ),
    events: fc.array(
      fc.record({
        nth: fc.integer({ min: 1, max: 60 }),
        what: fc.constantFrom(
          ...([
            "away",
            "away",
            "back",
            "push fails",
            "reports late",
            "others push",
            "others push everything",
            ...(pair ? (["fail over", "fail over", "fail over"] as const) : []),
          ] as const),
        ),
        which: fc.nat(1),
      }),
      { minLength: pair ? 1 : 0, maxLength: 3 },
    ),
    editBefore: fc.option(fc.record({ edit, commit }), { nil: undefined, freq: 2 }),
    tampering: fc.option(tampering, { nil: undefined, freq: 5 }),
  });

interface FleetSchedule {
  /** Whether Panorama is an HA pair. */
  pair: boolean;
  runs: FleetRun[];
}

/** Any schedule about a device group. */
export const fleetSchedules: fc.Arbitrary<FleetSchedule> = fc
  .oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
  .chain((pair) =>
    fc.record({ pair: fc.constant(pair), runs: fc.array(run(pair), { minLength: 1, maxLength: 3 }) }),
  );

/** Makes a schedule happen. @returns what was wrong; nothing: the invariants hold */
export async function fleetHappens({ runs }: FleetSchedule, world: World): Promise<string[]> {
  let account = 0;
  for (const { editBefore, tampering: changed, faults, events, kill, how, ...planned } of runs) {
    account = planned.account;
    if (editBefore !== undefined)
      await world.edit(operationOf(editBefore.edit, FLEET), [editBefore.edit], editBefore.commit);
    if (changed !== undefined) await tamper(world, changed, FLEET);
    for (const { effect: does, match, nth, edit: change } of faults)
      world.addFault({ match: { admin: ADMINISTRATOR, ...match }, nth, effect: does }, change && [change]);
    const stop = follow(world, events);
    await world.run({
      permissions: ACCOUNTS[account] ?? [],
      refresh: how === "up --refresh",
      destroy: how === "destroy",
      checkpoints: planned.checkpoints,
      ...(kill !== undefined && { kill }),
    });
    stop();
  }
  await world.mend();
  let last = await world.run({ permissions: ACCOUNTS[account] ?? [], refresh: true });
  if (last.errors.some((error) => error.includes("have changed objects of this stack"))) {
    await world.commitTheirs();
    last = await world.run({ permissions: ACCOUNTS[account] ?? [], refresh: true });
  }
  // Somebody's removal of what was ours, which they have committed and not pushed.
  if (
    last.errors.some((error) => error.includes("Where that doesn't help, they lack what admin committed"))
  ) {
    await pushTheirs(world);
    last = await world.run({ permissions: ACCOUNTS[account] ?? [], refresh: true });
  }
  await world.converged();
  return [
    ...last.errors.map((error) => `a run without faults fails: ${error}`),
    ...(await world.violations()),
  ];
}

/** The other administrator pushes everything. */
async function pushTheirs(world: World): Promise<void> {
  const common = {
    administrator: "admin",
    scope: "full",
    description: "by hand",
    timeoutSeconds: 5,
  } as const;
  for (const group of ["cloud", "cloud-eu"]) await pushGroup(world.admin(), { ...common, group });
}

/** Has events happen at our requests. @returns a function that ends it */
function follow(world: World, events: readonly FleetEvent[]): () => void {
  const { fleet, firewalls } = world;
  let requests = 0;
  const look = ({ admin }: RequestRecord): void => {
    if (admin !== ADMINISTRATOR || fleet === undefined) return;
    requests++;
    for (const { what, which } of events.filter(({ nth }) => nth === requests)) {
      const serial = fleet.lab.serials[which]!;
      if (what === "away" || what === "back") fleet.lab.connect(serial, what === "back");
      else if (what === "push fails") fleet.lab.planPush(serial, ["Validation Error:", "Commit failed"]);
      else if (what === "reports late") fleet.lab.planPush(serial, "reports late");
      else if (what === "fail over") world.failOver();
      else {
        const group = which === 0 ? "cloud" : "cloud-eu";
        const scope = what === "others push" ? "own" : "full";
        const common = { administrator: "admin", description: "by hand", timeoutSeconds: 5 };
        fleet.beside(pushGroup(world.admin(), { ...common, group, scope }));
      }
    }
  };
  for (const each of firewalls) each.on("request", look);
  return () => {
    for (const each of firewalls) each.off("request", look);
  };
}
