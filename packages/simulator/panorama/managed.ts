import type { JobQueue } from "../commit/jobs";
import type { Locks } from "../commit/locks";
import type { Sent } from "../pushed/pushed";
import type { XmlElement } from "../xml/element";

/** What of a device its Panorama uses. */
export interface ManagedDevice {
  readonly running: XmlElement;
  readonly candidate: { readonly root: XmlElement };
  readonly jobs: JobQueue;
  readonly locks: Locks;
  readonly hostname: string;
  readonly isReachable: boolean;
  pushFaults(vsys: string, sent: Sent): string[];
  receive(vsys: string, sent: Sent): void;
  setPushed(vsys: string, policy: string): void;
  commitCandidate(): void;
}

/** A firewall that Panorama manages. */
export interface Attached<D extends ManagedDevice> {
  readonly firewall: D;
  /** Whether its connection to Panorama stands; a firewall that is down has none anyway. */
  isConnected: boolean;
  readonly planned: PlannedPush[];
}

/**
 * How the next push to a firewall ends, whatever it holds: with these lines; or PEND in a job that has ended, because no
 * report ever comes, or because it gets it only once somebody has seen that the job has ended. One that `shows` what it was
 * sent does so although it failed.
 */
export type PlannedPush = readonly string[] | { shows: readonly string[] } | "no report" | "reports late";
