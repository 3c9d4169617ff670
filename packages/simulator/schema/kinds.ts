/** Kinds of objects that others refer to by name. */
export type ReferenceKind =
  | "address"
  | "region"
  | "service"
  | "application"
  | "tag"
  | "zone"
  | "profile-group"
  | "log-setting"
  | "schedule"
  | "category"
  | ProfileKind;

export const PROFILE_KINDS = [
  "virus",
  "spyware",
  "vulnerability",
  "url-filtering",
  "file-blocking",
  "wildfire-analysis",
  "data-filtering",
  "gtp",
  "sctp",
] as const;

export type ProfileKind = (typeof PROFILE_KINDS)[number];

/** Where objects of a kind live below a vsys or below shared. */
export const HOMES: Record<ReferenceKind, readonly (readonly string[])[]> = {
  // A list goes before a group, a group before an address of the same name, whichever scope they are in.
  address: [["external-list"], ["address-group"], ["address"]],
  region: [["region"]],
  service: [["service"], ["service-group"]],
  application: [["application"], ["application-group"], ["application-filter"]],
  tag: [["tag"]],
  zone: [["zone"]],
  "profile-group": [["profile-group"]],
  "log-setting": [["log-settings", "profiles"]],
  schedule: [["schedule"]],
  category: [["profiles", "custom-url-category"], ["external-list"]],
  virus: [["profiles", "virus"]],
  spyware: [["profiles", "spyware"]],
  vulnerability: [["profiles", "vulnerability"]],
  "url-filtering": [["profiles", "url-filtering"]],
  "file-blocking": [["profiles", "file-blocking"]],
  "wildfire-analysis": [["profiles", "wildfire-analysis"]],
  "data-filtering": [["profiles", "data-filtering"]],
  gtp: [["profiles", "gtp"]],
  sctp: [["profiles", "sctp"]],
};

/** Profiles that every firewall is delivered with. */
export const PREDEFINED_PROFILES: Record<ProfileKind, readonly string[]> = {
  virus: ["default"],
  spyware: ["default", "strict"],
  vulnerability: ["default", "strict"],
  "url-filtering": ["default"],
  "file-blocking": ["basic file blocking", "strict file blocking"],
  "wildfire-analysis": ["default"],
  "data-filtering": [],
  gtp: [],
  sctp: [],
};
