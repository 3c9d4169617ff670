import { PROJECT } from "./configuration";
import { nearest } from "../lib/nearest";
import type { Report } from "./problems";
import { PANOS_KEYS, PROJECT_KEYS } from "./table";

const OURS = ["panos", PROJECT];
/** Those that a stack of ours has beside its own. */
const OTHERS = ["aws", "pulumi"];

/** Reports a key of our namespaces that means nothing, and what may have been meant. */
export function reportUnknown(key: string, report: Report): void {
  const [namespace = "", name = ""] = key.split(":", 2);
  const known = namespace === "panos" ? PANOS_KEYS : namespace === PROJECT ? PROJECT_KEYS : undefined;
  if (known !== undefined) return reportUnlessKnown(name, key, known, report);
  // Any other provider may have settings here, but hardly one with almost our name.
  const meant = OTHERS.includes(namespace) ? undefined : nearest(namespace, OURS);
  if (meant !== undefined) {
    report(key, `is in no namespace of ours: did you mean ${meant}:${name}?`, `${meant}:${name}`);
  }
}

/** The same for a name inside a structured setting. */
export function reportUnlessKnown(name: string, key: string, known: readonly string[], report: Report): void {
  if (known.includes(name)) return;
  const spelled = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  const meant = spelled ?? nearest(name, known);
  const advice = spelled === undefined ? `: did you mean ${meant}?` : `; it is spelled ${spelled}`;
  if (meant === undefined) report(key, "is not a setting", known.join(", "));
  else report(key, `is not a setting${advice}`, meant);
}
