/** What the page holds as data: the answer, and what things in it are called. */
import type { Drift } from "../types";
import type { PLACES, SAID } from "../words";

export interface PageData extends Omit<Drift, "format" | "drifted"> {
  said: typeof SAID;
  places: typeof PLACES;
}
