import type { PanosClient } from "./client";
import { PanosError } from "./error";
import type { DeviceGroup } from "./location";
import { child, element, entries, entryList, find, parent, textAt, type XmlElement } from "./xml";

/** What Panorama has pushed to a firewall, as one vsys has it. */
export interface Pushed {
  /** Objects that device groups wrote: they belong to the vsys. */
  own: XmlElement;
  /** Those of Panorama's Shared: they belong to the firewall's shared scope, which the vsys goes before. */
  shared: XmlElement;
  /** Rules of a kind ("security", "nat", …) before the local ones, or behind them, in the order of evaluation. */
  rules: (side: Side, kind: string) => XmlElement[];
  /** What a predefined rule does, where Panorama overrides it; "" where it doesn't. */
  defaultAction: (rule: string) => string;
}

type Side = "pre-rulebase" | "post-rulebase";

/** Why it isn't known what was pushed. */
export interface Unread {
  unread: string;
}

/** Where it lies beside the firewall's own configuration, by vsys; pan-os-ansible reads it there, too. */
const PUSHED_XPATH = "/config/panorama";

/** The one that every firewall has. */
const FIRST_VSYS = "vsys1";

/** What a firewall without a device group answers in place of XML. */
const NOTHING_PUSHED = /no shared policy/i;

/**
 * Reads it: as configuration, and where that has nothing, as `show config pushed-shared-policy` answers. That is asked
 * first, because to a firewall without a device group it is all that there is to ask.
 * @returns undefined where nothing was pushed
 * @throws PanosError where the device can't be asked at all
 */
export async function readPushed(client: PanosClient): Promise<Pushed | Unread | undefined> {
  const { vsys } = client.connection;
  const named = await unlessRefused(() => ask(client, element("vsys", vsys)));
  // Where there are more of them, a vsys without a device group shares what Panorama's Shared has with the others.
  if (named === undefined && vsys === FIRST_VSYS) return undefined;
  const panorama = await unlessRefused(async () => child(await client.get(PUSHED_XPATH), "panorama"));
  if (panorama !== undefined && !("unread" in panorama) && panorama.children.length > 0) {
    return pushedIn(placeOf(panorama, vsys), present(child(panorama, "shared")));
  }
  if (named === undefined || "unread" in named) return named;
  const own = placeOf(child(named, "panorama"), vsys);
  const found = pushedIn(own, present(child(named, "shared")));
  if (found !== undefined && found.shared.children.length > 0) return found;
  // Told which vsys, a firewall with several leaves out what Panorama's Shared has; not told, it has that at least.
  const bare = await unlessRefused(() => ask(client, ""));
  if (bare !== undefined && "unread" in bare) return bare;
  const everyones = present(child(bare, "panorama")).map((place) => merged(place.name, [place], isShared));
  return pushedIn(own, [...present(child(named, "shared")), ...present(child(bare, "shared")), ...everyones]);
}

/** The element with `<panorama>` and `<shared>`, whichever form the answer has; undefined where nothing was pushed. */
async function ask(client: PanosClient, vsys: string): Promise<XmlElement | Unread | undefined> {
  const command = `<show><config><pushed-shared-policy>${vsys}</pushed-shared-policy></config></show>`;
  const { result } = await client.op(command, true);
  const root = child(result, "policy") ?? result;
  if (root === undefined || (root.children.length === 0 && root.text.trim() === "")) return undefined;
  if (root.children.length === 0 && NOTHING_PUSHED.test(root.text)) return undefined;
  if (child(root, "panorama") !== undefined || child(root, "shared") !== undefined) return root;
  return { unread: "what the firewall says of it has a form that this program doesn't know" };
}

async function unlessRefused<T>(read: () => Promise<T>): Promise<T | Unread> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PanosError && error.code === "REFUSED") return { unread: error.message };
    throw error;
  }
}

const present = (place: XmlElement | undefined): XmlElement[] => (place === undefined ? [] : [place]);

/** What is a vsys's below `<panorama>`: its entry, or all of it where nothing there is by vsys. */
function placeOf(panorama: XmlElement | undefined, vsys: string): XmlElement[] {
  const byVsys = child(panorama, "vsys");
  return present(byVsys === undefined ? panorama : entries(byVsys).get(vsys));
}

/** @param own places of the vsys, in which `loc` may name Panorama's Shared @param shared places of that alone */
function pushedIn(own: readonly XmlElement[], shared: readonly XmlElement[]): Pushed | undefined {
  if ([...own, ...shared].every(({ children }) => children.length === 0)) return undefined;
  const isGroups = (entry: XmlElement) => !["", "shared"].includes(locOf(entry));
  const ofGroups = merged("entry", [
    merged("entry", own, (entry) => !isShared(entry)),
    merged("entry", shared, isGroups),
  ]);
  const ofAll = merged("shared", [
    merged("shared", shared, (entry) => !isGroups(entry)),
    merged("shared", own, isShared),
  ]);
  const outermost = [...shared, ...own];
  return {
    own: ofGroups,
    shared: ofAll,
    rules: (side, kind) => {
      const places = side === "pre-rulebase" ? outermost : outermost.toReversed();
      const all = places.flatMap((place) => entryList(find(place, side, kind, "rules")));
      // Shared and a group may each have one of a name. Both places may have Shared's rules.
      return [
        ...new Map(all.map((rule) => [rule.attributes["uuid"] ?? JSON.stringify(rule), rule])).values(),
      ];
    },
    defaultAction: (rule) =>
      own
        .concat(shared)
        .map((place) => entries(find(place, "post-rulebase", "default-security-rules", "rules")).get(rule))
        .map((entry) => textAt(entry, "action"))
        .find((action) => action !== "") ?? "",
  };
}

/** The group that wrote an entry: a device group of Panorama, "shared", or "" where nobody says. */
export function locOf({ attributes }: XmlElement): string {
  return attributes["loc"] ?? "";
}

function isShared(entry: XmlElement): boolean {
  return locOf(entry) === "shared";
}

/** Objects of several places as one, container by container; rules are none. */
function merged(
  name: string,
  places: readonly XmlElement[],
  keeps: (entry: XmlElement) => boolean = () => true,
): XmlElement {
  const children = places.flatMap((place) => place.children);
  const containers = new Set(
    children.flatMap((each) =>
      ["entry", "pre-rulebase", "post-rulebase"].includes(each.name) ? [] : [each.name],
    ),
  );
  return parent(name, [
    ...children.filter((each) => each.name === "entry" && keeps(each)),
    ...[...containers]
      .map((container) =>
        merged(
          container,
          children.filter((each) => each.name === container),
          keeps,
        ),
      )
      .filter((container) => container.children.length > 0),
  ]);
}

/** What a firewall was pushed in the form of the device group that wrote it; undefined where nothing was. */
export function pushedAsGroup(pushed: Pushed | undefined, { rulebase }: DeviceGroup): XmlElement | undefined {
  if (pushed === undefined) return undefined;
  const rules = parent(rulebase, [parent("security", [parent("rules", pushed.rules(rulebase, "security"))])]);
  const objects = pushed.own.children.filter(({ name }) => !name.endsWith("-rulebase"));
  return parent("entry", [...objects, rules]);
}
