import { PROJECT } from "./configuration";
import type { Report } from "./problems";
import { PANOS_KEYS, PROJECT_KEYS } from "./table";

/** Reports a key of our namespaces that means nothing, and how it is spelled where that is clear. */
export function reportUnknown(key: string, report: Report): void {
  const [namespace, name = ""] = key.split(":", 2);
  const known = namespace === "panos" ? PANOS_KEYS : namespace === PROJECT ? PROJECT_KEYS : undefined;
  if (known !== undefined) reportUnlessKnown(name, key, known, report);
}

/** The same for a name inside a structured setting. */
export function reportUnlessKnown(name: string, key: string, known: readonly string[], report: Report): void {
  if (known.includes(name)) return;
  const near = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  report(key, `is not a setting${near === undefined ? "" : `; it is spelled ${near}`}`, known.join(", "));
}
