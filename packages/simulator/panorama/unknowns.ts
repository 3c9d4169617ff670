/** What a Panorama does where nothing that can be read here says it, or sources disagree. */
export interface Unknowns {
  /** Whether a push that doesn't say so commits a firewall's local candidate too; false unless given. */
  mergesByDefault: boolean;
  /** Whether the own entries of a device group carry `loc` too, as inherited ones do; true unless given. */
  ownLoc: boolean;
  /** What a push is answered that has nothing new for any firewall; a job unless given. */
  nothingToPush: "job" | "code-19";
  /** The result of a push job in which a firewall failed; FAIL unless given. */
  jobOfFailedDevice: "FAIL" | "OK";
  /** Whether an administrator's own push waits for a full one, as after an update to 10.2; false unless given. */
  fullPushFirst: boolean;
  /** Whether `<admin>` of a push is refused, as before 10.2; false unless given. */
  refusesAdminPush: boolean;
  /** How a device group is named for a lock: by `vsys=`, by the session's target, or both; both unless given. */
  groupLockBy: "vsys" | "target" | "both";
  /**
   * Whether the other one of an HA pair knows whose committed changes wait for a push, or only of those that were
   * committed on it: then an administrator's own push leaves the rest out; "both" unless given.
   */
  whoseWaits: "both" | "own";
}

export const USUAL: Unknowns = {
  mergesByDefault: false,
  ownLoc: true,
  nothingToPush: "job",
  jobOfFailedDevice: "FAIL",
  fullPushFirst: false,
  refusesAdminPush: false,
  groupLockBy: "both",
  whoseWaits: "both",
};

/** What each of these takes, and what a pair of Panoramas does, as a command line has it; the first is what is usual. */
export const UNKNOWN_VALUES = {
  mergesByDefault: ["no", "yes"],
  ownLoc: ["yes", "no"],
  nothingToPush: ["job", "code-19"],
  jobOfFailedDevice: ["FAIL", "OK"],
  fullPushFirst: ["no", "yes"],
  refusesAdminPush: ["no", "yes"],
  groupLockBy: ["both", "vsys", "target"],
  whoseWaits: ["both", "own"],
  syncEnabled: ["yes", "no"],
  candidateFollows: ["no", "yes"],
  passivePushes: ["no", "yes"],
} as const satisfies Record<
  keyof Unknowns | "syncEnabled" | "candidateFollows" | "passivePushes",
  readonly string[]
>;

const OF_A_PAIR: readonly string[] = ["syncEnabled", "candidateFollows", "passivePushes"];

/**
 * Reads "NAME=VALUE" of each.
 * @throws Error that says what there is
 */
export function unknownsFrom(texts: readonly string[]): {
  unknowns: Partial<Unknowns>;
  ha: { syncEnabled?: boolean; candidateFollows?: boolean; passivePushes?: boolean };
} {
  const read = texts.map((text): [string, string | boolean] => {
    const [name = "", value = ""] = text.split("=", 2);
    const values: readonly string[] | undefined = Object.hasOwn(UNKNOWN_VALUES, name)
      ? UNKNOWN_VALUES[name as keyof typeof UNKNOWN_VALUES]
      : undefined;
    if (values === undefined) {
      throw new Error(`--panorama-does: "${name}" is none of ${Object.keys(UNKNOWN_VALUES).join(", ")}`);
    }
    if (!values.includes(value))
      throw new Error(`--panorama-does: ${name} is ${values.join(" or ")}, not "${value}"`);
    return [name, values.includes("yes") ? value === "yes" : value];
  });
  const those = (isPairs: boolean) =>
    Object.fromEntries(read.filter(([name]) => OF_A_PAIR.includes(name) === isPairs));
  return { unknowns: those(false), ha: those(true) };
}
