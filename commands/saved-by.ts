import { failureOf } from "./framework";

/** What an option names can't be saved there. */
class SavingError extends Error {
  override readonly name = "SavingError";
  readonly code = "NOT_SAVED";
}

/**
 * Saves, or makes ready to.
 * @param option what named the place: "--out"
 * @throws SavingError that names it, whatever refuses
 */
export async function savedBy<T>(option: string, save: () => Promise<T>): Promise<T> {
  try {
    return await save();
  } catch (error) {
    throw new SavingError(`${option} can't be saved to: ${failureOf(error)}`, { cause: error });
  }
}
