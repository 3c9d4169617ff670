/** Pulumi's type of the resource that stands for the stack itself. */
export const stackType = "pulumi:pulumi:Stack";

const providerTypePrefix = "pulumi:providers:";

/** `parent$child` type of a URN: what distinguishes two resources of one name under different parents. */
export function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

/** The resource's own type, without its parents' types. */
export function typeOf(urn: string): string {
  return qualifiedType(urn).split("$").at(-1) ?? "";
}

/** The logical name; it may contain `::` itself. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** A URN as Pulumi makes it: the stack is everybody's parent and so left out of the qualified type. */
export function createUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const parentType = parent ? qualifiedType(parent) : "";
  const qualified = parentType && parentType !== stackType ? `${parentType}$${type}` : type;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

export function isProviderType(type: string): boolean {
  return type.startsWith(providerTypePrefix);
}

/** `pulumi:providers:aws` → `aws`. */
export function packageOfProviderType(type: string): string {
  return type.slice(providerTypePrefix.length);
}

export function providerType(packageName: string): string {
  return providerTypePrefix + packageName;
}

/** `aws:ec2/getVpc:getVpc` → `aws`. */
export function packageOfToken(token: string): string {
  return token.split(":")[0] ?? "";
}

export function isDefaultProvider(urn: string): boolean {
  const name = nameOf(urn);
  return isProviderType(typeOf(urn)) && (name === "default" || name.startsWith("default_"));
}

/** A provider reference (`urn::id`) taken apart. */
export function parseProviderReference(reference: string): { urn: string; id: string } {
  const at = reference.lastIndexOf("::");
  return { urn: reference.slice(0, at), id: reference.slice(at + 2) };
}
