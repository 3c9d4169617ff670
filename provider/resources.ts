import type { Input, Output } from "@pulumi/pulumi";
import { CustomResource } from "@pulumi/pulumi/resource";
import type { CustomResourceOptions } from "@pulumi/pulumi/resource";
import { KINDS, type DeclaredOf, type Part } from "../declaration/kinds/index";
import type {
  AddressesInputs,
  CommitInputs,
  FirewallInputs,
  LastCommit,
  ObjectInputs,
  RegisteredAddressesInputs,
  SecurityRuleInputs,
  TagInputs,
} from "./resource/inputs";
import type { Registration } from "./resource/registration";

/**
 * What Pulumi keeps in every resource's state, twice, to find the code that manages it: one constant line,
 * so that refresh and destroy run today's code. It resolves against the program's folder, and loads tsx
 * itself, because the process that runs it doesn't.
 */
function providerText(module: string): string {
  return `exports.handler=()=>{require("tsx/cjs");return require("./provider/${module}.ts").provider}`;
}

/** Dynamic resources are of the package that Pulumi serves with the program's own code. */
const typeOf = (type: string) => `pulumi-nodejs:dynamic/panos:${type}`;

type Inputs<T> = { [K in keyof T]: Input<T[K]> };

class PanosResource<T extends object> extends CustomResource {
  constructor(type: string, name: string, module: string, inputs: Inputs<T>, options: CustomResourceOptions) {
    super(typeOf(type), name, { ...inputs, __provider: providerText(module) }, options);
  }
}

/** A firewall, by its identity; everything else on it depends on it. */
export class Firewall extends PanosResource<FirewallInputs> {
  constructor(name: string, inputs: FirewallInputs, options: CustomResourceOptions) {
    super("Firewall", name, "firewall", inputs, options);
  }
}

/** What is registered on a firewall through User-ID. In force at once: no commit is involved. */
export class RegisteredAddresses extends PanosResource<RegisteredAddressesInputs> {
  constructor(name: string, inputs: RegisteredAddressesInputs, options: CustomResourceOptions) {
    super("RegisteredAddresses", name, "registered-addresses", inputs, options);
  }
}

/** What an object's resource is given, where that is more than the object. */
interface MoreInputs {
  rules: SecurityRuleInputs;
  addresses: AddressesInputs;
  tags: TagInputs;
}
type InputsOf<P extends Part> = P extends keyof MoreInputs ? MoreInputs[P] : ObjectInputs<DeclaredOf<P>>;

/** An object of one of the kinds that the table has, staged in the candidate; of addresses, all of a stack's. */
export function objectResource<P extends Part>(
  part: P,
  name: string,
  inputs: InputsOf<P>,
): Pick<Registration, "type" | "name" | "inputs"> {
  const { type, module } = KINDS[part].resource;
  return { type: typeOf(type), name, inputs: { ...inputs, __provider: providerText(module) } };
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
