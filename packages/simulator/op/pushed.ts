import { result } from "../http/answers";
import { Refusal } from "../refusal";
import type { XmlElement } from "../xml/element";
import { escapeAttribute, print } from "../xml/print";
import type { OpCommands, OpContext } from "./types";

/**
 * What Panorama has pushed, as a recording of 11.1.6 has it: `<policy>` with `<shared>` and `<panorama>`. A firewall
 * with several vsys answers with Panorama's Shared alone unless it is told which, and one that nothing was pushed to
 * with a text.
 */
function pushedSharedPolicy(node: XmlElement, { firewall, vsys: parameter }: OpContext) {
  const { pushed, isMultiVsys, swVersion, refuses } = firewall;
  if (refuses.pushedOperation)
    throw new Refusal("17", ["show -> config -> pushed-shared-policy unexpected here"]);
  const named = node.value("vsys")?.trim() || parameter;
  if (named !== undefined && !firewall.vsys(firewall.running, named))
    throw new Refusal("17", [`${named} is invalid vsys`]);
  if (pushed.isEmpty) return result("No shared policy pushed to device");
  const shared = pushed.served("shared")?.children ?? [];
  if (named === undefined && isMultiVsys) return result(inside("shared", shared));
  const own = pushed.served(named ?? "vsys1")?.children ?? [];
  // A second form of the root is known from descriptions alone.
  if (refuses.pushedRoot) return result(inside("shared", [...shared, ...own]));
  const locs = own.flatMap((each) => [...each.descendants()].map(({ attributes }) => attributes["loc"]));
  const group = locs.find((loc) => loc !== undefined && loc !== "shared") ?? "";
  const version = escapeAttribute(swVersion.replace(/\d+$/, "0"));
  return result(
    `<policy cfg-version="${version}" detail-version="${version}" dg-ctxt="${escapeAttribute(group)}">` +
      `${inside("shared", isMultiVsys ? [] : shared)}${inside("panorama", own)}</policy>`,
  );
}

function inside(tag: string, children: readonly XmlElement[]): string {
  return children.length === 0
    ? `<${tag}/>`
    : `<${tag}>${children.map((child) => print(child)).join("")}</${tag}>`;
}

export const pushedCommands: OpCommands = {
  "show config pushed-shared-policy": pushedSharedPolicy,
  "show config pushed-template": (_, { firewall }) =>
    result(firewall.template ? print(firewall.template) : "No template pushed to device"),
  "show config merged": (_, { firewall }) => result(print(firewall.seenCandidate)),
};
