import path from "node:path";

const HOOK = path.join(__dirname, "../lean-sdk.cjs");

/**
 * NODE_OPTIONS for the CLI: what it starts, also the provider's process, which takes no other options, then
 * starts with as little of Pulumi's SDK as `lean-sdk.cjs` leaves.
 * @param given what the environment has
 */
export function leanNodeOptions(given = ""): string {
  return given.includes(HOOK) ? given : `${given} --require=${JSON.stringify(HOOK)}`.trim();
}
