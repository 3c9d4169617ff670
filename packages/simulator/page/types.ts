/** What the page shows, as data. */
import type { RequestRecord } from "../http/record";

/** A security rule as the page shows it. */
export interface RuleView {
  name: string;
  disabled: boolean;
  cells: Record<string, string>;
  /** new, removed, changed, moved, or nothing when candidate and running agree. */
  mark: "new" | "removed" | "changed" | "moved" | "";
  /** Columns that differ between candidate and running. */
  differs: string[];
}

/** A rule of Panorama's, or of a firewall's own, and where it stands on each firewall. */
export interface FleetRule {
  /** The device group, "shared", or a firewall's name for its local rules. */
  from: string;
  place: string;
  name: string;
  disabled: boolean;
  /** By firewall: its number in the order of evaluation; "" where it isn't. */
  at: Record<string, string>;
}

/** What a Panorama manages. */
export interface Fleet {
  groups: { name: string; depth: number; firewalls: FleetMember[] }[];
  firewalls: string[];
  rules: FleetRule[];
}

interface FleetMember {
  serial: string;
  name: string;
  connected: boolean;
  status: string;
  pushed: string;
  pushedAt: string;
}

/** What one of an HA pair is, and what it says of the other one. */
export interface PairView {
  state: string;
  peer: { hostname: string; state: string; reachable: boolean };
  /** Whether both have the same running configuration. */
  sync: string;
}

/** Everything the page shows, as data: no key, no password, no XML. */
export interface PageState {
  hostname: string;
  swVersion: string;
  vsys: { name: string; candidate: RuleView[]; running: RuleView[] }[];
  /** Of one of an HA pair. */
  pair?: PairView;
  /** Of a Panorama. */
  fleet?: Fleet;
  pending: { admin: string; action: string; component: string; xpath: string }[];
  locks: { kind: string; admin: string; scope: string; comment: string }[];
  jobs: {
    id: number;
    type: string;
    user: string;
    status: string;
    result: string;
    progress: number;
    text: string;
  }[];
  requests: RequestRecord[];
}
