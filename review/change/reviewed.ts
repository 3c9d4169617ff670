/**
 * Approved is what gets applied: an update that is given a review takes the inventory that was reviewed, and stops
 * where AWS or the firewall has moved on since.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSnapshot } from "../../inventory";
import type { Inventory } from "../../inventory/types";
import type { Rulebase } from "../../panos/policy";
import { HeldError, PreconditionError } from "../../plan/preconditions";
import { declarationHash } from "../../declaration/declaration";
import { listed } from "../../lib/text";
import type { Declaration } from "../../declaration/declaration";
import { inventoryHash, inventoryMoves, partsHash, partsMoves, rulebaseParts, type Parts } from "./hashes";
import type { Review, Seen } from "./types";

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

/** A review that an update has to keep to. */
export class Reviewed {
  private constructor(
    private readonly folder: string,
    private readonly seen: Seen,
    private readonly rulebases: Record<string, Parts>,
    private readonly inventory: Inventory,
    private readonly follow: boolean,
    private readonly warn: (text: string) => Promise<void>,
  ) {}

  /**
   * The review that this run is given; undefined: none.
   * @param warn hears what has moved where the run is told to follow
   * @throws PreconditionError where there is none in that folder, or none of a preview of this stack
   */
  static async of(
    stack: string,
    warn: (text: string) => Promise<void>,
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
    const { seen, stack: reviewed } = json<Review>(folder, REVIEW_FILE);
    const again = `make one with: npm run review -- --stack NAME --out ${folder}`;
    if (seen === undefined || typeof seen.inventory !== "string" || typeof seen.rulebases !== "object") {
      throw new PreconditionError(`${join(folder, REVIEW_FILE)} is no review of a preview; ${again}`);
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
    return new Reviewed(folder, seen, rulebases, inventory, follow === "true", warn);
  }

  /**
   * The inventory to apply: the reviewed one.
   * @param live what AWS has now
   * @throws HeldError that lists what has moved
   */
  async inventoryFor(live: Inventory): Promise<Inventory> {
    if (inventoryHash(live) === this.seen.inventory) return this.inventory;
    await this.moved("AWS", inventoryMoves(this.inventory, live));
    return live;
  }

  /**
   * Requires a firewall's rulebase to be as it was reviewed.
   * @param firewall `name/vsys`
   * @throws HeldError that lists what has moved
   */
  async requireRulebase(
    firewall: string,
    rulebases: { candidate: Rulebase; running: Rulebase },
    ownerId: string,
  ): Promise<void> {
    const parts = rulebaseParts(rulebases, ownerId);
    if (partsHash(parts) === this.seen.rulebases[firewall]) return;
    const reviewed = this.rulebases[firewall];
    await this.moved(
      firewall,
      reviewed === undefined ? ["it was not reviewed"] : partsMoves(reviewed, parts),
    );
  }

  /**
   * Requires what is to be declared to be what was reviewed: settings or the program may be others by now.
   * @throws HeldError
   */
  async requireDeclaration(firewall: string, declaration: Declaration): Promise<void> {
    if (this.seen.declarations[firewall] === declarationHash(declaration)) return;
    await this.moved(firewall, [
      "what is to be declared is another: the stack's settings or the program have changed",
    ]);
  }

  private async moved(what: string, moves: string[]): Promise<void> {
    const text = `${what} is not as it was reviewed (${this.folder}): ${listed(moves, 50)}`;
    if (this.follow)
      return this.warn(`${text}. ${REVIEWED_VARIABLES.follow} is true, so this run takes it as it is now`);
    throw new HeldError(
      `${text}. Nothing was written. Review it again, or set ${REVIEWED_VARIABLES.follow}=true to apply it as it is now`,
    );
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
      `${file} can't be read: ${(error as Error).message}. ${REVIEWED_VARIABLES.folder} names the folder that npm run review wrote`,
    );
  }
}
