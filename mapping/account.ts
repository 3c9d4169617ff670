/**
 * An account as it is mapped. What guardrails leave of it, and what it would ask if nobody were isolated, are mapped
 * beside it: what these have in common is worked out once.
 */
import type { Inventory, NetworkInterface, SecurityGroup } from "../inventory/types";
import { onceEach } from "../lib/once";
import { compareTexts } from "../lib/order";
import { carriersByGroup } from "./destinations";
import { isReachable } from "./left-out";
import { compareWithheld } from "./order";
import { permissionReader, type RelevantPermission } from "./permissions";
import { policiesOf, type Policies } from "./policies";
import { namedApart } from "./prefix-lists";
import { isolationOf, leavesGroups, withheldFrom, withoutIsolated } from "./quarantine";
import { isIsolated, marksIn, type Marks } from "./marks";
import { protectedInterfaces, type ProtectedInterface, type Protection } from "./routing";
import { ruleOf, withApplicationsInside } from "./rules";
import type { Isolation, MappedRule, MappingOptions, Withheld } from "./types";
import { zonesOf, type Zones } from "./zones";

type Interfaces = Inventory["networkInterfaces"];
type Carriers = ReturnType<typeof carriersByGroup>;

/** What becomes of permissions. */
export interface Mapped {
  /** Sorted by name. */
  rules: MappedRule[];
  withheld: Withheld[];
  /** Of stopped instances too, where destinations are dynamic. */
  protection: Protection;
  carriers: Carriers;
  /** Groups of which the inventory lacks rules. */
  unread: string[];
}

/** What becomes of one group's permissions. */
interface MappedGroup {
  found: MappedRule[];
  withheld: Withheld[];
  isRead: boolean;
  /** Whether that some are isolated makes a difference to it. */
  isCut: boolean;
}

/**
 * Maps an account, and what guardrails leave of it: interfaces and groups that these leave as they are have to be the
 * same objects. Who is isolated, and what is in which zone, is judged by all that AWS has.
 */
export class Account {
  readonly zones: Zones;
  private readonly policies: Policies;
  readonly marks: Marks;
  private readonly behind: readonly ProtectedInterface[];

  constructor(
    readonly whole: Inventory,
    readonly options: MappingOptions,
  ) {
    this.zones = zonesOf(whole, options);
    this.policies = policiesOf(whole, options);
    this.marks = marksIn(whole, options);
    this.behind = options.quarantine === undefined ? [] : this.running(whole.networkInterfaces).interfaces;
  }

  /** Those behind the firewall whose instances run. */
  readonly running = onceEach((interfaces: Interfaces) => this.protection(interfaces, "running"));

  private readonly attached = onceEach((interfaces: Interfaces) => this.protection(interfaces, "attached"));

  /** What a part of the account asks for; isolated instances have no part in it. */
  mapped(part: Inventory): Mapped {
    return this.mappedWithout(this.marks, part);
  }

  /** The carriers of groups whose instances run, and are not isolated. */
  runningCarriers({ networkInterfaces }: Inventory): Carriers {
    return this.carriersOf(this.free(this.marks)(this.running(networkInterfaces).interfaces));
  }

  /** What isolates instances. @param rules of the part, as it was mapped */
  isolation(part: Inventory, rules: readonly MappedRule[]): Isolation | undefined {
    const seen = this.unseen.size < this.marks.size ? this.mappedWithout(this.unseen, part).rules : rules;
    return isolationOf(
      this.behind,
      this.whole.networkInterfaces,
      this.marks,
      this.options,
      differing(seen, rules),
    );
  }

  /** All behind the firewall that packets may come to, whatever guardrails or settings leave out. */
  get reachable(): NetworkInterface[] {
    const { interfaces, leftOut } = this.running(this.whole.networkInterfaces);
    const ids = new Set(leftOut.kinds.flatMap((each) => (isReachable(each.kind) ? each.ids : [])));
    return [
      ...interfaces.map(({ networkInterface }) => networkInterface),
      ...this.whole.networkInterfaces.filter(({ id }) => ids.has(id)),
    ];
  }

  private mappedWithout(marks: Marks, { networkInterfaces, securityGroups }: Inventory): Mapped {
    const { options } = this;
    // A rule on an address group has to outlast its instances' nights, or each of them would cost a commit.
    const protection = (leavesGroups(options) ? this.attached : this.running)(networkInterfaces);
    const carriers = this.carriersOf(this.carrying(marks)(protection.interfaces));
    const mapGroup = this.groupMapper(networkInterfaces)(marks);
    const groups = securityGroups
      .filter(({ id }) => carriers.groups.has(id))
      .map((group) => ({ group, ...mapGroup(group) }));
    const found = groups.flatMap((each) => each.found);
    const withheld = groups.flatMap((each) => each.withheld);
    const isolated = protection.interfaces.filter((each) => isIsolated(each.networkInterface, marks));
    if (isolated.length > 0) {
      const { groups: carried } = this.carriersOf(isolated);
      const read = this.reader(networkInterfaces);
      const lost = securityGroups.flatMap((group) => {
        const own = carried.get(group.id);
        return own === undefined ? [] : [read(group, own, this.zones)];
      });
      withheld.push(
        ...withheldFrom(
          isolated,
          marks,
          lost.flatMap(({ permissions }) => permissions),
        ),
      );
      withheld.push(
        ...unmentioned(
          lost.flatMap((each) => each.withheld),
          found,
          withheld,
        ),
      );
    }
    return {
      rules: withApplicationsInside(namedApart(found, options.ownerId), options.ownerId).sort((a, b) =>
        compareTexts(a.rule.name, b.rule.name),
      ),
      withheld: withheld.sort(compareWithheld),
      protection,
      carriers,
      unread: groups.filter(({ isRead }) => !isRead).map(({ group }) => group.id),
    };
  }

  /** Those of the isolated whose tags nobody has seen. */
  private get unseen(): Marks {
    return this.unseenOf(this.marks);
  }

  private readonly unseenOf = onceEach(
    (marks: Marks): Marks => new Map([...marks].filter(([, { isMarked }]) => !isMarked)),
  );

  private protection(networkInterfaces: Interfaces, which: "running" | "attached"): Protection {
    return protectedInterfaces({ ...this.whole, networkInterfaces }, this.options, which);
  }

  private readonly carriersOf = onceEach((interfaces: readonly ProtectedInterface[]) =>
    carriersByGroup(interfaces, { zones: this.zones, policies: this.policies }, this.options),
  );

  private readonly free = onceEach((marks: Marks) =>
    onceEach((interfaces: readonly ProtectedInterface[]) => {
      const free = interfaces.filter(({ networkInterface }) => !isIsolated(networkInterface, marks));
      return free.length === interfaces.length ? interfaces : free;
    }),
  );

  /** Who carries groups: not those who are isolated, unless they leave the groups' members instead. */
  private carrying(marks: Marks) {
    return leavesGroups(this.options)
      ? (interfaces: readonly ProtectedInterface[]) => interfaces
      : this.free(marks);
  }

  private readonly reader = onceEach((networkInterfaces: Interfaces) =>
    permissionReader({ ...this.whole, networkInterfaces }, this.options),
  );

  /** Maps groups that somebody carries, each once. */
  private readonly groupMapper = onceEach((interfaces: Interfaces) =>
    onceEach((marks: Marks): ((group: SecurityGroup) => MappedGroup) => {
      const protection = (leavesGroups(this.options) ? this.attached : this.running)(interfaces);
      const { groups } = this.carriersOf(this.carrying(marks)(protection.interfaces));
      const read = this.reader(interfaces);
      let isCut = false;
      // With dynamic destinations also those of stopped instances: whether one runs must not change a rule.
      const whole = leavesGroups(this.options) ? this.attached(this.whole.networkInterfaces).interfaces : [];
      const behind = new Set([...this.behind, ...whole].map(({ networkInterface }) => networkInterface.id));
      const zones = withoutIsolated(this.zones, this.whole, marks, behind, this.options, () => {
        isCut = true;
      });
      const left = leavesGroups(this.options) ? new Set<string>() : groupsOf(this.isolatedIn(protection));
      return onceEach((group: SecurityGroup) => {
        if (marks !== this.marks && !left.has(group.id)) {
          const known = this.groupMapper(interfaces)(this.marks)(group);
          if (!known.isCut) return known;
        }
        isCut = false;
        const { permissions, ...others } = read(group, groups.get(group.id) ?? [], zones);
        return { ...others, ...ruledOf(permissions, others.withheld, this.options), isCut };
      });
    }),
  );

  private isolatedIn({ interfaces }: Protection): NetworkInterface[] {
    return interfaces
      .map(({ networkInterface }) => networkInterface)
      .filter((each) => isIsolated(each, this.marks));
  }
}

/** The rules of permissions, and what is withheld besides. */
function ruledOf(
  permissions: readonly RelevantPermission[],
  before: readonly Withheld[],
  options: MappingOptions,
): Pick<MappedGroup, "found" | "withheld"> {
  const found: MappedRule[] = [];
  const withheld = [...before];
  for (const permission of permissions) {
    const result = ruleOf(permission, options);
    if ("rule" in result) found.push(result);
    else withheld.push(result);
  }
  return { found, withheld };
}

function groupsOf(interfaces: readonly NetworkInterface[]): Set<string> {
  return new Set(interfaces.flatMap(({ securityGroupIds }) => securityGroupIds));
}

/** Names of rules that others don't have, or have otherwise. */
function differing(rules: readonly MappedRule[], others: readonly MappedRule[]): string[] {
  if (rules === others) return [];
  const textOf = ({ rule, prefixLists }: MappedRule) => JSON.stringify([rule, prefixLists]);
  const known = new Map(others.map((each) => [each.rule.name, each]));
  return rules
    .filter((each) => {
      const other = known.get(each.rule.name);
      return other !== each && (other === undefined || textOf(other) !== textOf(each));
    })
    .map(({ rule }) => rule.name);
}

/** Of what is withheld, that of which nothing else is said: neither a rule nor another reason. */
export function unmentioned(
  more: readonly Withheld[],
  rules: readonly MappedRule[],
  withheld: readonly Withheld[],
): Withheld[] {
  const said = new Set([...rules, ...withheld].flatMap(({ permission }) => permission.ruleIds));
  return more.filter(({ permission }) => !permission.ruleIds.some((id) => said.has(id)));
}
