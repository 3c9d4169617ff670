/** What a preview knows of one firewall besides a review's facts, for finding drift. */
import type { FoundRule } from "../../panos/policy";
import type { Registration } from "../../panos/registered";
import type { Declaration } from "../../declaration/declaration";
import type { RegisteredOn } from "../../declaration/registrations";
import type { Part } from "../../declaration/kinds/index";
import type { Hits, PushState } from "../../plan/state";
import type { CommitMade } from "./types";

export interface DriftFacts {
  /** `name/vsys`. */
  firewall: string;
  running: Configuration;
  candidate: Configuration;
  /** What is registered on each firewall, and what is declared to be; absent where rules name addresses. */
  registrations?: { registered: RegisteredOn[]; declared: Registration[] };
  /** Address objects with a tag by which the firewall counts them among our dynamic groups. */
  members: { name: string; tag: string }[];
  /** The device's, or why it doesn't tell them. */
  hits: Hits;
  /** Of a device group: how far what Panorama runs has come. */
  pushes?: PushState;
  /** Administrators who have changed what is ours, or would be, and not committed that. */
  uncommittedBy: Record<Part, Record<string, string[]>>;
  /** The last commits that went through, the newest first. */
  commits: CommitMade[];
}

/** What a configuration has of a stack. */
export interface Configuration {
  /** What is this stack's, in hashes. */
  found: Declaration;
  /** Rules that carry its tag or have lost it, in full. */
  rules: FoundRule[];
  /** Rules by names of this stack's that carry no stack's tag. */
  lost: string[];
  /** Those of this stack's that stand where they have to. */
  placed: string[];
  /** Rules of this stack that an administrator has put on hold. */
  held: string[];
  /** What carries this stack's tag under a name that it never gives. */
  strays: Named[];
  /** What our objects stand for, by kind and name: "tcp/8443", a CIDR block, members. Of rules nothing. */
  values: Record<Part, Record<string, string[]>>;
  /** What has a name like these but is not this stack's. */
  foreign: Record<Part, string[]>;
}

interface Named {
  part: Part;
  name: string;
}
