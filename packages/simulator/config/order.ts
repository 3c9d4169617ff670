import { BadRequest, Refusal } from "../refusal";
import type { Candidate } from "./candidate";
import { existing, writeTarget } from "./targets";

const WHERE = ["after", "before", "top", "bottom"] as const;

/**
 * `move`: puts an entry elsewhere in its container.
 * @param where after, before, top or bottom; clients also say top and bottom with `dst`
 * @throws Refusal, or BadRequest for another `where`
 */
export function move(candidate: Candidate, admin: string, xpath: string, where?: string, dst?: string): void {
  const wanted = where ?? (dst === "top" || dst === "bottom" ? dst : undefined);
  const place = WHERE.find((known) => known === wanted);
  if (!place) throw new BadRequest(400, `Invalid parameter where. Permitted values: ${WHERE.join(", ")}`);
  const target = writeTarget(candidate.root, xpath);
  const node = existing(target);
  const { parent } = node;
  if (!parent || node.tag !== "entry") throw new Refusal("14", [`${node.tag} cannot be moved`]);
  const entries = parent.entries();

  if (place === "top" || place === "bottom") {
    const end = place === "top" ? entries[0] : entries.at(-1);
    if (end === node) throw new Refusal("14", [`${node.name ?? ""} is already at the ${place}`]);
    candidate.remove(node);
    candidate.insert(parent, node, place === "top" ? 0 : undefined);
  } else {
    if (!dst) throw new BadRequest(400, 'Missing value for parameter "dst".');
    const neighbour = parent.entry(dst);
    if (!neighbour)
      throw new Refusal("13", [`${node.name ?? ""} cannot be moved ${place} '${dst}': no such object`]);
    if (neighbour === node) throw new Refusal("14", [`${dst} cannot be moved ${place} itself`]);
    candidate.remove(node);
    const index = parent.children.indexOf(neighbour);
    candidate.insert(parent, node, place === "before" ? index : index + 1);
  }
  candidate.note(admin, "MOVE", target.path);
}
