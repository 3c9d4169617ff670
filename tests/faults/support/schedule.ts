import * as fc from "fast-check";
import { containerXpath } from "../../../panos/location";
import type { Effect, FaultMatch } from "../../../packages/simulator";
import type { Permission } from "../../support/account";
import { ruleEntry } from "../../support/lab";
import { isOurs, VSYS, type Edit } from "./configuration";
import { ADMINISTRATOR } from "./watch";
import type { Kill, World } from "./world";

/** What AWS has, one after the other: small, so that many schedules fit into a minute. */
const OFFICES = ["203.0.113.64/26", "198.51.100.64/26", "192.0.2.64/26"];
export const ACCOUNTS: readonly Permission[][] = [
  [
    { group: 1, port: 443 },
    { group: 2, port: 9000 },
    { group: 2, port: 9001, entries: OFFICES },
  ],
  [
    { group: 1, port: 443, cidr: "198.51.100.0/24" },
    { group: 2, port: 9000 },
    { group: 2, port: 9001, entries: OFFICES.slice(1) },
    { group: 3, port: 22 },
  ],
  [
    { group: 2, port: 9000, cidr: "192.0.2.0/24" },
    { group: 2, port: 9443 },
  ],
  [{ group: 4, port: 25 }],
  [
    { group: 1, port: 443 },
    { group: 1, port: 22 },
    { group: 3, port: 22 },
    { group: 4, port: 9443 },
  ],
];

/** One change of another administrator's, and whether it is committed. */
export interface OtherEdit {
  edit: Edit;
  commit: "all" | "own" | undefined;
}

/** What goes wrong, and at which of the requests that it is about. */
export interface PlannedFault {
  effect: Effect;
  match: FaultMatch;
  nth: number;
  /** For an effect that is an edit: what it does. */
  edit?: Edit;
}

/** What somebody does with a rule of ours between two runs. */
export interface Tampering {
  what: "delete" | "widen" | "move below";
  /** Which one, of those that there are. */
  which: number;
  commit: "all" | undefined;
}

export interface PlannedRun {
  account: number;
  how: "up" | "up --refresh" | "destroy";
  continueOnError: boolean;
  checkpoints: boolean;
  kill: Kill | undefined;
  faults: PlannedFault[];
  editBefore: OtherEdit | undefined;
  tampering: Tampering | undefined;
}

/** Runs, and what happens to them. After it everything is mended, and a last run has to put everything right. */
export interface Schedule {
  pair: boolean;
  runs: PlannedRun[];
}

export const when = fc.constantFrom("before" as const, "after" as const);
const some = { minLength: 1 };

const theirEntry = (name: string, application: string): string => ruleEntry(name, { application });
export const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc
    .tuple(fc.constantFrom("partners", "theirs-1", "theirs-2"), fc.constantFrom("ssl", "dns", undefined))
    .map(([name, application]) => ({
      place: "rules",
      name,
      ...(application !== undefined && { entry: theirEntry(name, application) }),
    })),
  fc.constantFrom("192.0.2.1", "192.0.2.2").map((address) => ({
    place: "address",
    name: "theirs-a",
    entry: `<entry name="theirs-a"><ip-netmask>${address}</ip-netmask></entry>`,
  })),
  fc.constantFrom("81", "82").map((port) => ({
    place: "service",
    name: "theirs-s",
    entry: `<entry name="theirs-s"><protocol><tcp><port>${port}</port></tcp></protocol></entry>`,
  })),
);
export const commit = fc.constantFrom(undefined, "all" as const, "own" as const);

/** The operation of a multi-config request that makes an edit. */
export function operationOf({ place, name, entry }: Edit, at = VSYS): string {
  const xpath = `${containerXpath(at, place)}/entry[@name='${name}']`;
  return entry === undefined ? `<delete xpath="${xpath}"/>` : `<edit xpath="${xpath}">${entry}</edit>`;
}

const effect: fc.Arbitrary<Pick<PlannedFault, "effect" | "edit">> = fc.oneof(
  { weight: 6, arbitrary: when.map((at) => ({ effect: { do: "drop", when: at } as const })) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 40 }).map((ms) => ({ effect: { do: "delay", ms } as const })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(when, fc.constantFrom(500, 502, 503))
      .map(([at, status]) => ({ effect: { do: "http-error", status, when: at } as const })),
  },
  {
    weight: 3,
    arbitrary: fc.boolean().map((announced) => ({ effect: { do: "truncate", announced } as const })),
  },
  { weight: 2, arbitrary: when.map((at) => ({ effect: { do: "not-xml", when: at } as const })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(when, fc.constantFrom("expired" as const, "revoked" as const))
      .map(([at, why]) => ({ effect: { do: "expire-keys", why, when: at } as const })),
  },
  {
    weight: 2,
    arbitrary: fc
      .option(fc.integer({ min: 1, max: 5 }), { nil: undefined, freq: 3 })
      .map((requests) => ({ effect: { do: "stick-job", ...(requests && { requests }) } as const })),
  },
  {
    weight: 2,
    arbitrary: fc.constant({
      effect: { do: "fail-job", details: ["Validation Error:", "x is invalid"] } as const,
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom("commit" as const, "config" as const),
        fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined, freq: 3 }),
      )
      .map(([kind, requests]) => ({
        effect: {
          do: "lock",
          kind,
          admin: "bob",
          comment: "maintenance",
          ...(requests && { requests }),
        } as const,
      })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.boolean(), fc.boolean(), when)
      .map(([downMs, finishJob, keepLocks, at]) => ({
        effect: { do: "restart", downMs, finishJob, keepLocks, when: at } as const,
      })),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(edit, commit, when).map(([change, shipped, at]) => ({
      effect: {
        do: "edit",
        admin: "admin",
        operations: operationOf(change),
        when: at,
        ...(shipped !== undefined && { commit: shipped }),
      } as const,
      edit: change,
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 20 })
      .map((requests) => ({ effect: { do: "full-commit-required", requests } as const })),
  },
);
const failOver = when.map((at): Pick<PlannedFault, "effect"> => ({ effect: { do: "fail-over", when: at } }));

/** Any request of ours, or one of those where most depends on the answer. */
const moment: fc.Arbitrary<Pick<PlannedFault, "match" | "nth">> = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((nth) => ({ match: {}, nth })),
  fc
    .tuple(
      fc.constantFrom<FaultMatch>(
        { type: "commit" },
        { action: "multi-config" },
        { cmd: "<show><jobs>" },
        { cmd: "<commit-lock>" },
        { cmd: "<list><changes>" },
        { action: "show", xpath: "security/rules" },
        { action: "get", xpath: "security/rules" },
        { cmd: "<high-availability>" },
      ),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([match, nth]) => ({ match, nth })),
);

export const tampering: fc.Arbitrary<Tampering> = fc.record({
  what: fc.constantFrom("delete" as const, "widen" as const, "move below" as const),
  which: fc.nat(5),
  commit: fc.constantFrom(undefined, "all" as const),
});

/** What is killed at one of so many requests; in one of so many runs, nothing. */
export const killWithin = (requests: number, freq: number) =>
  fc.option(
    fc.record({
      nth: fc.integer({ min: 1, max: requests }),
      when,
      what: fc.constantFrom("everything" as const, "everything" as const, "the engine" as const),
    }),
    { nil: undefined, freq },
  );

const run = (pair: boolean): fc.Arbitrary<PlannedRun> =>
  fc.record({
    account: fc.nat(ACCOUNTS.length - 1),
    how: fc.oneof(
      { weight: 4, arbitrary: fc.constant("up --refresh" as const) },
      { weight: 4, arbitrary: fc.constant("up" as const) },
      { weight: 1, arbitrary: fc.constant("destroy" as const) },
    ),
    continueOnError: fc.boolean(),
    checkpoints: fc.boolean(),
    kill: killWithin(40, 4),
    faults: fc.array(
      fc
        .tuple(moment, pair ? fc.oneof(effect, failOver) : effect)
        .map(([at, what]): PlannedFault => ({ ...at, ...what })),
      { maxLength: 3 },
    ),
    editBefore: fc.option(fc.record({ edit, commit }), { nil: undefined, freq: 3 }),
    tampering: fc.option(tampering, { nil: undefined, freq: 5 }),
  });

/** Any schedule. One in ten is about a pair of firewalls. */
export const schedules: fc.Arbitrary<Schedule> = fc
  .oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
  .chain((pair) =>
    fc.record({ pair: fc.constant(pair), runs: fc.array(run(pair), { ...some, maxLength: 3 }) }),
  );

/** Makes a schedule happen. @returns what was wrong; nothing: the invariants hold */
export async function happens(schedule: Schedule, world: World): Promise<string[]> {
  let account = 0;
  for (const planned of schedule.runs) {
    account = planned.account;
    const { editBefore, tampering, faults, how, kill, continueOnError, checkpoints } = planned;
    if (editBefore !== undefined)
      await world.edit(operationOf(editBefore.edit), [editBefore.edit], editBefore.commit);
    if (tampering !== undefined) await tamper(world, tampering);
    for (const { effect: does, match, nth, edit: change } of faults)
      world.addFault({ match: { admin: ADMINISTRATOR, ...match }, nth, effect: does }, change && [change]);
    await world.run({
      permissions: ACCOUNTS[account] ?? [],
      refresh: how === "up --refresh",
      destroy: how === "destroy",
      continueOnError,
      checkpoints,
      ...(kill !== undefined && { kill }),
    });
  }
  await world.mend();
  let last = await world.run({ permissions: ACCOUNTS[account] ?? [], refresh: true });
  if (last.errors.some((error) => error.includes("have changed objects of this stack"))) {
    await world.commitTheirs();
    last = await world.run({ permissions: ACCOUNTS[account] ?? [], refresh: true });
  }
  await world.converged();
  return [
    ...last.errors.map((error) => `a run without faults fails: ${error}`),
    ...(await world.violations()),
  ];
}

/** Somebody changes a rule of ours. */
export async function tamper(
  world: World,
  { what, which, commit: shipped }: Tampering,
  at = VSYS,
): Promise<void> {
  const found = world.firewall.candidate(`${containerXpath(at, "rules")}/entry/@name/..`);
  const rules = [...found.matchAll(/<entry name="([^"]*)"/g)].map(([, name = ""]) => name).filter(isOurs);
  const name = rules[which % rules.length];
  if (name === undefined) return;
  const xpath = `${containerXpath(at, "rules")}/entry[@name='${name}']`;
  const operations = {
    delete: `<delete xpath="${xpath}"/>`,
    widen: `<set xpath="${xpath}/source"><member>10.9.9.9</member></set>`,
    "move below": `<move xpath="${xpath}" where="after" dst="cleanup"/>`,
  };
  await world.edit(operations[what], [{ place: "rules", name }], shipped);
}
