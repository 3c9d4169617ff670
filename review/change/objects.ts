/** What objects of ours stand for where somebody has changed them by hand, and what an update sets them back to. */
import type { Declaration, PolicyContent } from "../../declaration/declaration";
import { kindOf, type Part } from "../../declaration/kinds/index";
import type { Named } from "../../declaration/kinds/kind";
import type { PolicyObjects } from "../../declaration/objects";
import type { RulebaseRule } from "../../panos/policy";
import { parseXml } from "../../panos/xml";
import type { FieldChange } from "./types";

/** An object as it is in force and as it is declared, in the words of its kind: "tcp/8443", a filter. */
interface SetBack {
  before: string[];
  after: string[];
}

/** By part and name. */
export type SetBacks = ReadonlyMap<string, SetBack>;

/** Those that rules name themselves; what address objects and groups in a group stand for shows in its members. */
const FIELDS = [
  ["services", ["service"]],
  ["applications", ["application"]],
  ["addressGroups", ["source", "destination"]],
] as const satisfies readonly (readonly [Part, readonly (keyof RulebaseRule)[]])[];

/** @param objects what running has */
export function setBacksOf(
  { found, declared }: { found: Declaration; declared: Declaration },
  content: PolicyContent,
  objects: PolicyObjects,
): SetBacks {
  return new Map(
    FIELDS.flatMap(([part]) => {
      const there: ReadonlyMap<string, Named> = objects[part];
      const differing = (content[part] as readonly Named[]).filter(
        ({ name }) => found[part][name] !== undefined && found[part][name] !== declared[part][name],
      );
      return differing.map((object): [string, SetBack] => {
        const kind = kindOf(part);
        const after = kind.says(kind.from(parseXml(kind.xml(object))));
        return [keyOf(part, object.name), { before: kind.says(there.get(object.name)!), after }];
      });
    }),
  );
}

/**
 * How a rule comes to match something else although it says the same: by the objects that it names.
 * @param told fields that are told already: of a group, its members
 */
export function objectChanges(
  before: RulebaseRule,
  after: RulebaseRule,
  setBacks: SetBacks,
  told: readonly FieldChange[],
): FieldChange[] {
  if (setBacks.size === 0) return [];
  return FIELDS.flatMap(([part, fields]) =>
    fields.flatMap((field) => {
      const had = new Set(before[field]);
      return after[field].flatMap((name): FieldChange[] => {
        const found = setBacks.get(keyOf(part, name));
        if (found === undefined || !had.has(name)) return [];
        const added = found.after.filter((each) => !found.before.includes(each));
        const removed = found.before.filter((each) => !found.after.includes(each));
        const isTold = told.some((each) => each.field === `members of ${name}`);
        if (isTold || added.length + removed.length === 0) return [];
        return [{ field: `${kindOf(part).noun} ${name}`, added, removed }];
      });
    }),
  );
}

function keyOf(part: Part, name: string): string {
  return `${part} ${name}`;
}
