import { entryXpath } from "../panos/location";
import { tag as kind } from "../declaration/kinds/tag";
import type { TagInputs } from "./resource/inputs";
import { objectProvider } from "./resource/object";
import { requireOwnTag } from "./resource/stack-tag";

/** Tag: what marks everything of this stack. Its comments say which stack that is. */
export const provider = objectProvider<TagInputs>({
  hash: (inputs) => kind.hash(inputs),

  outputs: ({ firewall }) => ({ firewall }),

  plan(inputs, objects, session) {
    const { name, comments, acceptRename } = inputs;
    const found = objects.tags.get(name);
    if (found !== undefined && kind.hash(found) === kind.hash(inputs)) return [];
    if (!acceptRename) requireOwnTag(session.firewall, objects, { name, comments });
    const xpath = entryXpath(session.location, kind.container, name);
    return [{ action: "edit", xpath, element: kind.xml(inputs) }];
  },

  found(id, { firewall }, objects) {
    const found = objects.tags.get(id);
    return found && { ...found, firewall, acceptRename: false };
  },

  removal(id, _outputs, objects, session) {
    if (!objects.tags.has(id)) return [];
    return [{ action: "delete", xpath: entryXpath(session.location, kind.container, id) }];
  },
});
