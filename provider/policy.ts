import type { Input, Output } from "@pulumi/pulumi";
import { ComponentResource, CustomResource } from "@pulumi/pulumi/resource";
import type { ComponentResourceOptions, CustomResourceOptions } from "@pulumi/pulumi/resource";
import { isQuarantineRuleName } from "../declaration/names";
import type { SecurityRule } from "../panos/policy";
import { declarationOf, stackTag, type PolicyContent } from "../declaration/declaration";
import { firewallIdentity } from "./firewall";
import type {
  AddressesInputs,
  AddressGroupInputs,
  ApplicationInputs,
  CommitInputs,
  FirewallInputs,
  LastCommit,
  RegisteredAddressesInputs,
  SecurityRuleInputs,
  ServiceInputs,
  TagInputs,
} from "./inputs";
import type { Adoptions } from "../declaration/adoptions";
import type { Difference } from "../declaration/differences";
import type { Isolated } from "./isolated";
import { logicalName } from "../declaration/logical-name";
import { placeOf, placedBefore, placesOf } from "../declaration/placement";
import { registerResources } from "./registration";

/**
 * What Pulumi keeps in every resource's state, twice, to find the code that manages it: one constant line,
 * so that refresh and destroy run today's code. It resolves against the program's folder, and loads tsx
 * itself, because the process that runs it doesn't.
 */
function providerText(module: string): string {
  return `exports.handler=()=>{require("tsx/cjs");return require("./provider/${module}.ts").provider}`;
}

type Inputs<T> = { [K in keyof T]: Input<T[K]> };

class PanosResource<T extends object> extends CustomResource {
  constructor(type: string, name: string, module: string, inputs: Inputs<T>, options: CustomResourceOptions) {
    super(
      `pulumi-nodejs:dynamic/panos:${type}`,
      name,
      { ...inputs, __provider: providerText(module) },
      options,
    );
  }
}

/** A firewall, by its identity; everything else on it depends on it. */
export class Firewall extends PanosResource<FirewallInputs> {
  constructor(name: string, inputs: FirewallInputs, options: CustomResourceOptions) {
    super("Firewall", name, "firewall", inputs, options);
  }
}

/** A tag object. */
export class Tag extends PanosResource<TagInputs> {
  constructor(name: string, inputs: TagInputs, options: CustomResourceOptions) {
    super("Tag", name, "tag", inputs, options);
  }
}

/** A service object. */
class ServiceResource extends PanosResource<ServiceInputs> {
  constructor(name: string, inputs: ServiceInputs, options: CustomResourceOptions) {
    super("Service", name, "service", inputs, options);
  }
}

/** A custom application. */
class ApplicationResource extends PanosResource<ApplicationInputs> {
  constructor(name: string, inputs: ApplicationInputs, options: CustomResourceOptions) {
    super("Application", name, "application", inputs, options);
  }
}

/** All address objects of the stack. */
class Addresses extends PanosResource<AddressesInputs> {
  constructor(name: string, inputs: AddressesInputs, options: CustomResourceOptions) {
    super("Addresses", name, "addresses", inputs, options);
  }
}

/** An address group. */
class AddressGroupResource extends PanosResource<AddressGroupInputs> {
  constructor(name: string, inputs: AddressGroupInputs, options: CustomResourceOptions) {
    super("AddressGroup", name, "address-group", inputs, options);
  }
}

/**
 * What is registered on a firewall through User-ID. In force at once: no commit is involved.
 * @public A program of a test's own declares it.
 */
export class RegisteredAddresses extends PanosResource<RegisteredAddressesInputs> {
  constructor(name: string, inputs: RegisteredAddressesInputs, options: CustomResourceOptions) {
    super("RegisteredAddresses", name, "registered-addresses", inputs, options);
  }
}

/** A security rule, staged in the candidate. */
export class SecurityRuleResource extends PanosResource<SecurityRuleInputs> {
  constructor(name: string, inputs: SecurityRuleInputs, options: CustomResourceOptions) {
    super("SecurityRule", name, "rule", inputs, options);
  }
}

/** The one commit of an update. */
export class Commit extends PanosResource<CommitInputs> {
  /** Unknown in a preview of an update that has something to commit. */
  declare readonly lastCommit: Output<LastCommit>;

  constructor(name: string, inputs: Inputs<CommitInputs>, options: CustomResourceOptions) {
    // Named among the properties, so that the SDK makes an output of what the provider answers.
    super("Commit", name, "commit", { ...inputs, lastCommit: undefined } as typeof inputs, options);
  }
}

/** The name of the one resource that has a firewall's address objects. */
const ADDRESSES = "addresses";

/** What isolates instances, beside the rules. */
export interface IsolationArgs extends Isolated {
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
    const { rules, services, applications, addresses, addressGroups, registrations, ...others } = args;
    const {
      acceptRename,
      maxRemovals,
      suspicion,
      listed,
      adopt = {},
      isolation,
      excused = [],
      outOfForce = [],
      ...rest
    } = others;
    const { groupNames = new Map<string, string>(), ...firewallInputs } = rest;
    const { ownerId, cleanupRule: before, stack } = args;
    const firewall = firewallIdentity(args);
    // A URN has the types of a resource's parents, not their names: two firewalls' rules would be one resource.
    const named = (resource: string) => (listed ? `${name}/${resource}` : resource);
    const called = (object: string) => named(logicalName(object, groupNames));
    // States of earlier versions have the object's own name, and so have those made while its group's wasn't known.
    const aliases = (object: string) =>
      called(object) !== named(object) && { aliases: [{ name: named(object) }] };
    const tag = stackTag(ownerId, stack);

    const declared = declarationOf(ownerId, stack, args);
    const limit = {
      ...(maxRemovals !== undefined && { maxRemovals }),
      ...(suspicion !== undefined && { suspicion }),
    };
    const places = placesOf(before, isolation?.before);
    const { addresses: isolated = [], responders = [] } = isolation ?? {};
    const whom = isolated.length > 0 && { isolated: { addresses: isolated, responders } };

    const registered = registerResources(() => {
      const firewallResource = new Firewall(named("firewall"), firewallInputs, { parent: this });
      // Behind nothing but the firewall: an address must not wait for rules, nor for what they wait for.
      const registeredAddresses =
        registrations === undefined
          ? []
          : [
              new RegisteredAddresses(
                named("registered-addresses"),
                { firewall, ownerId, registrations, ...limit, ...whom },
                { parent: this, dependsOn: firewallResource },
              ),
            ];
      const tagResource = new Tag(
        named(tag.name),
        { firewall, ...tag, acceptRename },
        { parent: this, dependsOn: firewallResource },
      );
      const options = { parent: this, dependsOn: tagResource };
      const objects = new Map<string, CustomResource>([
        ...services.map((service): [string, CustomResource] => [
          service.name,
          new ServiceResource(named(service.name), { firewall, ownerId, ...service }, options),
        ]),
        ...applications.map((application): [string, CustomResource] => [
          application.name,
          new ApplicationResource(named(application.name), { firewall, ownerId, ...application }, options),
        ]),
      ]);
      const values = addresses.map(({ value }) => value);
      const addressesResource = addresses.length > 0 && [
        new Addresses(named(ADDRESSES), { firewall, ownerId, name: ADDRESSES, addresses: values }, options),
      ];
      // Parts come before the groups that consist of them.
      for (const group of addressGroups) {
        const members = "members" in group ? group.members : [];
        const parts = members.map((name) => objects.get(name)).filter((part) => part !== undefined);
        const used = parts.length > 0 ? parts : members.length > 0 && addressesResource;
        const dependsOn = used || tagResource;
        objects.set(
          group.name,
          new AddressGroupResource(
            called(group.name),
            { firewall, ownerId, ...group },
            { parent: this, dependsOn, ...aliases(group.name) },
          ),
        );
      }
      const ruleResources = new Map<string, CustomResource>();
      for (const rule of inOrderOfPlacing(rules, ownerId)) {
        const used = [...rule.service, ...rule.application, ...rule.source, ...rule.destination]
          .map((name) => objects.get(name))
          .filter((found) => found !== undefined);
        const first = ruleResources.get(placedBefore(rule.name, ownerId) ?? "");
        const needed = first === undefined ? used : [...used, first];
        const dependsOn = needed.length > 0 ? needed : tagResource;
        ruleResources.set(
          rule.name,
          new SecurityRuleResource(
            called(rule.name),
            { firewall, ownerId, before: placeOf(rule.name, ownerId, places), ...rule },
            { parent: this, dependsOn, ...aliases(rule.name) },
          ),
        );
      }
      const resources = [
        firewallResource,
        ...registeredAddresses,
        tagResource,
        ...(addressesResource || []),
        ...objects.values(),
        ...ruleResources.values(),
      ];
      return Promise.all(
        resources.map((resource) => new Promise<unknown>((resolve) => void resource.urn.apply(resolve))),
      );
    });
    // A plain promise, so that Commit waits for all the others while the state holds no dependency on them:
    // a dependency would be broken, and Commit with it, whenever one of them is deleted.
    const commit = new Commit(
      named("commit"),
      {
        firewall,
        ownerId,
        ...places,
        stack,
        declared: registered.then(() => declared),
        ...limit,
        ...(Object.keys(adopt).length > 0 && { adopt }),
        ...whom,
        ...(outOfForce.length > 0 && { outOfForce: [...outOfForce] }),
        ...(excused.length > 0 && { excused: [...excused] }),
      },
      { parent: this },
    );
    this.lastCommit = commit.lastCommit;
    this.registerOutputs({});
  }
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
