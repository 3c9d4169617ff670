import type { Output } from "@pulumi/pulumi";
import { ComponentResource } from "@pulumi/pulumi/resource";
import type { ComponentResourceOptions } from "@pulumi/pulumi/resource";
import { isQuarantineRuleName } from "../declaration/names";
import type { SecurityRule } from "../panos/policy";
import { declarationOf, stackTag, type PolicyContent } from "../declaration/declaration";
import { kindOf, ORDER_OF_REMOVAL, type Part } from "../declaration/kinds/index";
import type { Unmarked } from "../declaration/ownership";
import type { Named } from "../declaration/kinds/kind";
import { firewallIdentity } from "./session/identity";
import type { FirewallInputs, LastCommit } from "./resource/inputs";
import type { Adoptions } from "../declaration/adoptions";
import type { Difference } from "../declaration/differences";
import type { Isolated } from "./revision/isolated";
import { logicalName } from "../declaration/logical-name";
import { placeOf, placedBefore, placesOf } from "../declaration/placement";
import { Registering, urnOf, type Registered } from "./resource/registration";
import { Commit, Firewall, objectResource, RegisteredAddresses } from "./resources";

/** What isolates instances, beside the rules. */
interface IsolationArgs extends Isolated {
  /** The rule that the rules of isolation stand directly above; absent: they stand at the top. */
  before?: string;
}

/** What one firewall is to hold. */
export interface FirewallPolicyArgs extends FirewallInputs, PolicyContent {
  /** What to register for the address groups, by tag; absent: destinations are addresses. */
  registrations: Record<string, string[]> | undefined;
  acceptRename: boolean;
  maxRemovals: number | undefined;
  suspicion: string | undefined;
  /** Rules that don't count as removed: instances are isolated or released, permissions were revoked. */
  excused?: readonly string[];
  /** What is to be taken over; absent: nothing. */
  adopt?: Adoptions;
  /** What of it the running configuration has not; absent: nobody has looked. */
  outOfForce?: readonly Difference[];
  /** What of it the firewall has by its name without our mark; absent: nobody has looked. */
  unmarked?: readonly Unmarked[];
  /** What isolates instances; absent: nothing does. */
  isolation?: IsolationArgs;
  /** The names of the security groups that it is about, by id, for its resources' names; absent: not known. */
  groupNames?: ReadonlyMap<string, string>;
  /** Whether it is one of several: then its resources are named after it. */
  listed: boolean;
}

/** One firewall's policy: the firewall, our tag, objects and rules on it, and the commit of them all. */
export class FirewallPolicy extends ComponentResource {
  /** Known once the update's commit has ended. */
  readonly lastCommit: Output<LastCommit>;

  constructor(name: string, args: FirewallPolicyArgs, options?: ComponentResourceOptions) {
    super("panos:index:FirewallPolicy", name, {}, options);
    const {
      ownerId,
      stack,
      maxRemovals,
      suspicion,
      isolation,
      adopt = {},
      excused = [],
      outOfForce = [],
    } = args;
    const declaring = new Declaring(this, name, args);
    const declared = declarationOf(ownerId, stack, args);
    const limit = {
      ...(maxRemovals !== undefined && { maxRemovals }),
      ...(suspicion !== undefined && { suspicion }),
    };
    const { addresses: isolated = [], responders = [] } = isolation ?? {};
    const whom = isolated.length > 0 && { isolated: { addresses: isolated, responders } };

    const registered = declaring.all({ ...limit, ...whom });
    // A plain promise, so that Commit waits for all the others while the state holds no dependency on them:
    // a dependency would be broken, and Commit with it, whenever one of them is deleted.
    const commit = new Commit(
      declaring.named("commit"),
      {
        firewall: firewallIdentity(args),
        ownerId,
        ...declaring.places,
        stack,
        declared: registered.then(() => declared),
        ...limit,
        ...(Object.keys(adopt).length > 0 && { adopt }),
        ...whom,
        ...(outOfForce.length > 0 && { outOfForce: [...outOfForce] }),
        ...(excused.length > 0 && { excused: [...excused] }),
      },
      // A line for each rule and object, which tells a reader nothing: the rules' own differences stand above.
      { parent: this, hideDiffs: ["declared", "applied", "hash"] },
    );
    this.lastCommit = commit.lastCommit;
    this.registerOutputs({});
  }
}

/** Declares the resources of one firewall's policy. */
class Declaring {
  readonly places;
  /** What every object's inputs have. */
  private readonly owned;
  /** The resources that declare objects, by the objects' names. */
  private readonly declared = new Map<string, Registered>();
  private readonly registering: Registering;

  constructor(
    private readonly parent: FirewallPolicy,
    private readonly name: string,
    private readonly args: FirewallPolicyArgs,
  ) {
    this.registering = new Registering(parent);
    this.places = placesOf(args.cleanupRule, args.isolation?.before);
    this.owned = { firewall: firewallIdentity(args), ownerId: args.ownerId };
  }

  /** A URN has the types of a resource's parents, not their names: two firewalls' rules would be one resource. */
  named(resource: string): string {
    return this.args.listed ? `${this.name}/${resource}` : resource;
  }

  /** Resolves when everything but the commit is registered. @param limits what keeps addresses from being left out */
  async all(limits: object): Promise<void> {
    const firewall = this.firewall();
    const registered = [firewall, ...this.registeredAddresses(firewall, limits)].map(urnOf);
    await this.objects({ urn: urnOf(firewall) });
    await Promise.all([...registered, this.registering.all()]);
  }

  private firewall(): Firewall {
    const { name, vsys, hostname, ownerId, cleanupRule, stack, refusal, acceptRename } = this.args;
    const inputs = { name, vsys, hostname, ownerId, cleanupRule, stack };
    const all = {
      ...inputs,
      ...(acceptRename && { acceptRename }),
      ...(refusal !== undefined && { refusal }),
    };
    return new Firewall(this.named("firewall"), all, { parent: this.parent });
  }

  /** Behind nothing but the firewall: an address must not wait for rules, nor for what they wait for. */
  private registeredAddresses(firewall: Firewall, limits: object): RegisteredAddresses[] {
    const { registrations } = this.args;
    if (registrations === undefined) return [];
    const inputs = { ...this.owned, registrations, ...limits };
    const options = { parent: this.parent, dependsOn: firewall };
    return [new RegisteredAddresses(this.named("registered-addresses"), inputs, options)];
  }

  /** What has to be said where the stack doesn't have some of this kind yet; @param name of one, or of all */
  private refusals(part: Part, name?: string): { unmarked?: string[] } {
    const { unmarked = [] } = this.args;
    const found = unmarked.filter((each) => each.part === part && (name ?? each.name) === each.name);
    return found.length === 0 ? {} : { unmarked: found.map(({ refusal }) => refusal) };
  }

  /** Everything that is staged: the tag first, and each object after those that it names. */
  private async objects(firewall: Registered): Promise<void> {
    const { ownerId, stack, acceptRename } = this.args;
    const stackObject = stackTag(ownerId, stack);
    const inputs = { firewall: this.owned.firewall, ...stackObject, acceptRename };
    const tag = await this.registering.create({
      ...objectResource("tags", this.named(stackObject.name), inputs),
      dependsOn: [firewall],
    });
    for (const part of ORDER_OF_REMOVAL.toReversed()) {
      if (part === "tags") continue;
      if (part === "addresses") await this.addresses(tag);
      else if (part === "rules") await this.rules(tag);
      else for (const object of this.args[part]) await this.object(part, { ...this.owned, ...object }, tag);
    }
  }

  /** One resource for all: there may be a thousand. */
  private async addresses(tag: Registered): Promise<void> {
    const { addresses } = this.args;
    if (addresses.length === 0) return;
    const values = addresses.map(({ value }) => value);
    const inputs = {
      ...this.owned,
      name: ADDRESSES,
      addresses: values,
      ...this.refusals("addresses"),
    };
    const resource = await this.registering.create({
      ...objectResource("addresses", this.named(ADDRESSES), inputs),
      dependsOn: [tag],
    });
    for (const { name } of addresses) this.declared.set(name, resource);
  }

  private async rules(tag: Registered): Promise<void> {
    const { rules, ownerId } = this.args;
    for (const rule of inOrderOfPlacing(rules, ownerId)) {
      const first = this.declared.get(placedBefore(rule.name, ownerId) ?? "");
      const before = placeOf(rule.name, ownerId, this.places);
      await this.object("rules", { ...this.owned, before, ...rule }, tag, first);
    }
  }

  /** @param first what has to be there before it, besides what it names */
  private async object<P extends Exclude<Part, "tags" | "addresses">>(
    part: P,
    inputs: Parameters<typeof objectResource<P>>[2] & Named,
    tag: Registered,
    first?: Registered,
  ): Promise<void> {
    const used = [...namesIn(part, inputs).map((name) => this.declared.get(name)), first];
    const needed = [...new Set(used.filter((resource) => resource !== undefined))];
    const { groupNames = new Map<string, string>() } = this.args;
    const called = this.named(logicalName(inputs.name, groupNames));
    const own = this.named(inputs.name);
    const resource = await this.registering.create({
      ...objectResource(part, called, { ...inputs, ...this.refusals(part, inputs.name) }),
      dependsOn: needed.length > 0 ? needed : [tag],
      // States of earlier versions have the object's own name, and so have those made while its group's wasn't known.
      aliases: called === own ? [] : [own],
    });
    // Of rules only those of isolation have others that wait for them, and there may be ten thousand.
    if (part !== "rules" || isQuarantineRuleName(inputs.name, this.args.ownerId)) {
      this.declared.set(inputs.name, resource);
    }
  }
}

/** The name of the one resource that has a firewall's address objects. */
const ADDRESSES = "addresses";

/** What an object names, in the fields that its kind names others in. */
function namesIn(part: Part, object: object): string[] {
  const fields = object as Record<string, readonly string[] | undefined>;
  return Object.keys(kindOf(part).uses).flatMap((field) => fields[field] ?? []);
}

/** Rules about isolated instances last, and each behind the one that has to be in its place before it. */
function inOrderOfPlacing(rules: readonly SecurityRule[], ownerId: string): SecurityRule[] {
  const rank = (name: string): number => {
    const first = placedBefore(name, ownerId);
    return first === undefined ? 0 : 1 + rank(first);
  };
  const isQuarantine = ({ name }: SecurityRule) => isQuarantineRuleName(name, ownerId);
  return [
    ...rules.filter((rule) => !isQuarantine(rule)),
    ...rules.filter(isQuarantine).sort((a, b) => rank(a.name) - rank(b.name)),
  ];
}
