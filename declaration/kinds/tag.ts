import type { Tag } from "../../panos/policy";
import { element, escapeXml, textAt } from "../../panos/xml";
import { hash, spaced } from "../hashes";
import { ownerTag } from "../names";
import type { Kind } from "./kind";

/** A tag object: the one that marks everything of a stack. Its comments say which stack that is. */
export const tag: Kind<Tag, Tag> = {
  noun: "tag",
  object: "tag",
  container: "tag",
  resource: { type: "Tag", module: "tag" },
  uses: {},
  isOurName: (name, ownerId) => name === ownerTag(ownerId),
  mark: "its name",
  isMarked: () => true,
  withMark: (_ownerId, found) => found,
  xml: ({ name, comments }) => `<entry name="${escapeXml(name)}">${element("comments", comments)}</entry>`,
  from: (entry) => ({ name: entry.attributes["name"] ?? "", comments: textAt(entry, "comments") }),
  hash: ({ name, comments }) => hash([name, spaced(comments)]),
  says: ({ comments }) => [comments],
};
