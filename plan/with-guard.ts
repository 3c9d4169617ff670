import type { Inventory } from "../inventory/types";
import type { Settings } from "../settings/types";
import type * as waiting from "./waiting";

/** The settings with what waits for an approval, where there is a guard; its modules are loaded only then. */
export function withGuard(settings: Settings, inventory: Inventory): Promise<Settings> {
  if (settings.guard === undefined) return Promise.resolve(settings);
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { withWaiting } = require("./waiting") as typeof waiting;
  return withWaiting(settings, inventory);
}
