/**
 * Approved is what gets applied: an update that is given a review takes the inventory that was reviewed, and stops
 * where AWS or the firewall has moved on since.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSnapshot } from "../../inventory";
import type { Inventory } from "../../inventory/types";
import { HeldError, PreconditionError } from "../preconditions";
import { rulebasesOf, type FirewallState } from "../state";
import { fileReason } from "../../lib/file-errors";
import { listed } from "../../lib/text";
import { inventoryHash, inventoryMoves, partsHash, partsMoves, rulebaseParts, type Parts } from "./hashes";
import type { Seen } from "./seen";

export const REVIEWED_VARIABLES = {
  /** The folder that `npm run review -- --out` wrote. */
  folder: "AWS_PANOS_REVIEWED",
  /** `true`: go on where something has moved since, with what is there now. */
  follow: "AWS_PANOS_REVIEWED_FOLLOW",
} as const;

/** Files of a review's folder. */
export const REVIEW_FILE = "review.json";
export const INVENTORY_FILE = "inventory.json";
export const RULEBASE_FILE = "rulebase.json";

/** What has moved since the review, in a sentence, and whether that stops the run. */
export interface Moved {
  text: string;
  stops: boolean;
}

/** A review that an update has to keep to. */
export class Reviewed {
  private constructor(
    private readonly folder: string,
    private readonly seen: Seen,
    private readonly rulebases: Record<string, Parts>,
    private readonly inventory: Inventory,
    private readonly follow: boolean,
  ) {}

  /**
   * The review that this run is given; undefined: none.
   * @throws PreconditionError where there is none in that folder, or none of a preview of this stack
   */
  static async of(
    stack: string,
    environment: NodeJS.ProcessEnv = process.env,
  ): Promise<Reviewed | undefined> {
    const folder = environment[REVIEWED_VARIABLES.folder] ?? "";
    if (folder === "") return undefined;
    const follow = environment[REVIEWED_VARIABLES.follow] ?? "";
    if (!["", "true", "false"].includes(follow)) {
      throw new PreconditionError(
        `${REVIEWED_VARIABLES.follow} is neither true nor false: ${JSON.stringify(follow)}`,
      );
    }
    const { seen, stack: reviewed } = json<{ seen?: Seen; stack: string }>(folder, REVIEW_FILE);
    const again = `make one with: npm run review -- --stack NAME --out ${folder}`;
    if (seen === undefined || typeof seen.inventory !== "string" || typeof seen.rulebases !== "object") {
      throw new PreconditionError(`${join(folder, REVIEW_FILE)} is no review of a preview; ${again}`);
    }
    if (typeof seen.effects !== "object" || !Array.isArray(seen.leaving)) {
      throw new PreconditionError(
        `${join(folder, REVIEW_FILE)} was made by an earlier version, which didn't note everything that an update does ` +
          `(places of rules, takeovers, registered addresses), so nothing can be held to it; ${again}`,
      );
    }
    if (reviewed !== stack) {
      throw new PreconditionError(
        `the review in ${folder} is of stack ${reviewed}, and this is ${stack}; ${again}`,
      );
    }
    const inventory = await readSnapshot(join(folder, INVENTORY_FILE));
    const rulebases = json<Record<string, Parts>>(folder, RULEBASE_FILE);
    const isWhole =
      inventoryHash(inventory) === seen.inventory &&
      Object.entries(seen.rulebases).every(([name, hash]) => partsHash(rulebases[name] ?? {}) === hash);
    if (!isWhole) {
      throw new PreconditionError(`the files in ${folder} are not those of one review; ${again}`);
    }
    return new Reviewed(folder, seen, rulebases, inventory, follow === "true");
  }

  /**
   * The inventory to apply, the reviewed one; and what has moved.
   * @param live what AWS has now
   * @throws HeldError where it may not be followed
   */
  inventoryFor(live: Inventory): { inventory: Inventory; moved?: string } {
    if (inventoryHash(live) === this.seen.inventory) return { inventory: this.inventory };
    const { text, stops } = this.moved("AWS", inventoryMoves(this.inventory, live));
    if (stops) throw new HeldError(text);
    return { inventory: live, moved: text };
  }

  /**
   * What has moved among the firewalls that leave; undefined: nothing.
   * @throws HeldError where it may not be followed
   */
  requireLeaving(leaving: readonly string[]): string | undefined {
    const reviewed = this.seen.leaving;
    const moves = [
      ...leaving.filter((name) => !reviewed.includes(name)).map((name) => `${name} leaves it (remove: true)`),
      ...reviewed
        .filter((name) => !leaving.includes(name))
        .map((name) => `${name} doesn't leave it any more`),
    ];
    if (moves.length === 0) return undefined;
    const { text, stops } = this.moved("the list of firewalls", moves);
    if (stops) throw new HeldError(text);
    return text;
  }

  /**
   * How a firewall's rulebase is not as it was reviewed; undefined: it is.
   * @param firewall `name/vsys`
   */
  rulebaseMoved(firewall: string, state: FirewallState, ownerId: string): Moved | undefined {
    const parts = rulebaseParts(rulebasesOf(state), ownerId);
    if (partsHash(parts) === this.seen.rulebases[firewall]) return undefined;
    const reviewed = this.rulebases[firewall];
    return this.moved(
      firewall,
      reviewed === undefined ? ["it was not reviewed"] : partsMoves(reviewed, parts),
    );
  }

  /** Whether an update would do what was not reviewed: settings, the program or the firewall's NAT may be others by now. */
  declarationMoved(firewall: string, effects: Parts): Moved | undefined {
    const reviewed = this.seen.effects[firewall] ?? {};
    const others = Object.keys({ ...reviewed, ...effects }).filter(
      (each) => reviewed[each] !== effects[each],
    );
    if (others.length === 0) return undefined;
    return this.moved(firewall, [
      "what is to be declared is another, because the stack's settings, the program or the firewall's NAT rules have " +
        `changed: ${listed(others)}`,
    ]);
  }

  private moved(what: string, moves: string[]): Moved {
    const text = `${what} is not as it was reviewed (${this.folder}): ${listed(moves, 50)}`;
    const { follow } = REVIEWED_VARIABLES;
    return this.follow
      ? { text: `${text}. ${follow} is true, so this run takes it as it is now`, stops: false }
      : {
          text: `${text}. Nothing was written. Review it again, or set ${follow}=true to apply it as it is now`,
          stops: true,
        };
  }
}

function json<T>(folder: string, name: string): T {
  const file = join(folder, name);
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null) return value as T;
    throw new Error("it is no object");
  } catch (error) {
    throw new PreconditionError(
      `${file} can't be read: ${fileReason(error)}. ${REVIEWED_VARIABLES.folder} names the folder that npm run review wrote`,
    );
  }
}
