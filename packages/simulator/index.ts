import { startPair } from "./ha/pair";
import type { HaPair, HaPairOptions } from "./ha/pair";
import type { SimulatorOptions } from "./options";
import { Simulator } from "./simulator";

export type { Job } from "./commit/jobs";
export { FaultError } from "./faults/fault";
export type { Effect, Fault, FaultMatch, FiredFault } from "./faults/fault";
export { parseFaults, readFaults } from "./faults/read";
export { HaPair } from "./ha/pair";
export type { HaPairOptions } from "./ha/pair";
export type { HeldRequest } from "./http/holds";
export type { RequestRecord } from "./http/record";
export type { PanoramaLab, PanoramaOptions } from "./panorama/start";
export { startPanorama } from "./panorama/start";
export type { SessionRequest } from "./sessions/table";
export type { SimulatorOptions } from "./options";
export type { Refuses } from "./refuses";
export { Simulator } from "./simulator";

/** Starts a firewall that listens on loopback; stop it with `stop()`. */
export function startSimulator(options?: SimulatorOptions): Promise<Simulator> {
  return Simulator.start(options);
}

/** Starts two firewalls as an HA pair, the first one active; stop them with `stop()`. */
export function startHaPair(options?: HaPairOptions): Promise<HaPair> {
  return startPair(options);
}
