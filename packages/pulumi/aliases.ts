import type { Alias, Goal } from "./goal";
import { createUrn, nameOf, qualifiedType, stackType, typeOf } from "./urn";

/**
 * Follows resources from the URNs they had to the ones they have (`step_generator.go`, `generateAliases`): by their
 * own aliases, and by those their parents were found under.
 */
export class AliasTracker {
  /** New URN → the old one under which it was found. */
  private readonly usedBy = new Map<string, string>();
  /** Old URN → the new one that took it over. */
  private readonly takenBy = new Map<string, string>();

  constructor(
    private readonly stack: string,
    private readonly project: string,
  ) {}

  /** Who, if anybody, took over `urn` as an alias. */
  takenOverBy(urn: string): string | undefined {
    return this.takenBy.get(urn);
  }

  takeOver(urn: string, alias: string): void {
    this.takenBy.set(alias, urn);
    this.usedBy.set(urn, alias);
  }

  /** All URNs the resource may have had, the likeliest first. */
  candidates(goal: Goal): string[] {
    const own = goal.aliases.map((alias) => this.urnOf(goal, alias));
    const parentAlias = goal.parent === "" ? undefined : this.usedBy.get(goal.parent);
    if (parentAlias === undefined) return [...new Set(own)];
    const parentName = nameOf(goal.parent);
    const inherited = [
      this.childAlias(goal.type, goal.name, parentName, parentAlias),
      ...own.map((urn) => this.childAlias(typeOf(urn), nameOf(urn), parentName, parentAlias)),
    ];
    return [...new Set([...own, ...inherited])];
  }

  private urnOf(goal: Goal, alias: Alias): string {
    if (alias.urn) return alias.urn;
    let parent = alias.parent ?? "";
    if (parent === "") parent = goal.parent;
    else parent = this.usedBy.get(parent) ?? parent;
    if (alias.noParent || qualifiedType(parent) === stackType) parent = "";
    return createUrn(
      alias.stack || this.stack,
      alias.project || this.project,
      parent,
      alias.type || goal.type,
      alias.name || goal.name,
    );
  }

  /** A child named after its parent (`app-subnet` of `app`) was named after the parent's old name before. */
  private childAlias(type: string, name: string, parentName: string, parentAlias: string): string {
    const aliasName = name.startsWith(parentName)
      ? nameOf(parentAlias) + name.slice(parentName.length)
      : name;
    return createUrn(this.stack, this.project, parentAlias, type, aliasName);
  }
}
