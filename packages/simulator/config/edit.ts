import { Refusal } from "../refusal";
import { entryFaults, writeFaults } from "../schema/check";
import type { XmlElement } from "../xml/element";
import { cleaned, giveUuids } from "./candidate";
import type { Candidate } from "./candidate";
import { refuseIfUsed } from "./delete";
import { labels, schemaAt, stepOf, tagOf } from "./paths";
import { allListFaults, ensure, refuse, referencesAt, withoutDoubles } from "./set";
import { writeTarget } from "./targets";
import { giveUuid } from "./uuid";

/**
 * `edit`: replaces the node that the xpath names by the element, which repeats that node; makes it if
 * it is missing. The administrator becomes the owner of everything in it.
 * @throws Refusal
 */
export function edit(
  candidate: Candidate,
  admin: string,
  xpath: string,
  elements: readonly XmlElement[],
): void {
  const { path, schema, node } = writeTarget(candidate.root, xpath);
  const [sent, ...more] = elements.map(cleaned);
  const last = path.at(-1) ?? "";
  const repeats = sent && (stepOf(sent) === last || (sent.tag === "member" && tagOf(last) === "member"));
  if (!repeats || more.length > 0) throw new Refusal("12", ["Edit breaks config validity"]);
  if (path.length === 1) throw new Refusal("15", ["The whole configuration can't be replaced"]);

  const container = schemaAt(path.slice(0, -1));
  const isEntry = container?.kind === "entries";
  const replacement = withoutDoubles(sent);
  if (isEntry && container.uuid) giveUuid(replacement, node);
  giveUuids(replacement, schema, node);
  if (node?.parent) {
    const { parent } = node;
    candidate.insert(parent, replacement, candidate.remove(node));
    candidate.note(admin, "EDIT", path);
  } else {
    const parent = ensure(candidate, path.slice(0, -1));
    candidate.insert(parent.node, replacement);
    candidate.note(admin, "CREATE", parent.created ?? path);
  }

  // Judged when it is in place: what comes together may refer to each other.
  const references = referencesAt(candidate, path);
  const faults = isEntry
    ? entryFaults(replacement, container, labels(path.slice(0, -1)), references)
    : writeFaults(replacement, schema, labels(path), references);
  refuse([...faults, ...allListFaults(replacement, schema, labels(path))]);
  if (node) refuseIfUsed(candidate, node, path, replacement);
}
