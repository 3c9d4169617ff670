import { isRecord } from "../../lib/records";

/**
 * Property values as they travel between the SDK, the engine and the provider: plain JSON in which a few shapes
 * have a meaning of their own (SDK source, `runtime/rpc.ts`).
 */
export type PropertyMap = Record<string, unknown>;

/** Marks an object that is not an ordinary object. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
export const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

/** Stands for a value that is known only after an update. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Secret {
  readonly [signatureKey]: typeof secretSignature;
  readonly value: unknown;
}

export function isSecret(value: unknown): value is Secret {
  return isRecord(value) && value[signatureKey] === secretSignature;
}

export function makeSecret(value: unknown): Secret {
  return { [signatureKey]: secretSignature, value };
}

function isResourceReference(value: unknown): value is { urn: string; id?: unknown } {
  return isRecord(value) && value[signatureKey] === resourceSignature;
}

/** Is any part of it, at any depth, such that `test` holds? */
function someValue(value: unknown, test: (part: unknown) => boolean): boolean {
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((item) => someValue(item, test));
  return isRecord(value) && Object.values(value).some((item) => someValue(item, test));
}

function containsUnknowns(value: unknown): boolean {
  return someValue(value, (part) => part === unknownValue);
}

function containsSecrets(value: unknown): boolean {
  return someValue(value, isSecret);
}

function mapObject(value: PropertyMap, f: (item: unknown) => unknown): PropertyMap {
  const result: PropertyMap = {};
  for (const key of Object.keys(value)) result[key] = f(value[key]);
  return result;
}

/** The value without its secret wrappings. */
function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (isSecret(value)) return plainValue(value.value);
  return isRecord(value) ? mapObject(value, plainValue) : value;
}

/** Unknowns exist in previews only; an update leaves out what it does not know because something failed. */
export function withoutUnknowns(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => !containsUnknowns(value)));
}

/** What a provider gets that takes neither secrets nor resource references: plain values, and ids for resources. */
export function forProvider(properties: PropertyMap): PropertyMap {
  return mapObject(properties, providerValue);
}

function providerValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(providerValue);
  if (isSecret(value)) return providerValue(value.value);
  if (isResourceReference(value)) return value.id === undefined ? value.urn : value.id || unknownValue;
  return isRecord(value) ? mapObject(value, providerValue) : value;
}

/** Null properties are the same as absent ones when a program registers a resource. */
export function withoutNulls(properties: PropertyMap): PropertyMap {
  const result: PropertyMap = {};
  for (const [key, value] of Object.entries(properties)) {
    if (value !== null && value !== undefined) result[key] = isRecord(value) ? withoutNulls(value) : value;
  }
  return result;
}

export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equalValues(item, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => key in b && equalValues(a[key], b[key]))
  );
}

/**
 * Makes secret, in place, what a provider that does not know secrets returned under the name of a secret input.
 * (Engine source, `annotateSecrets`: the same names only; a secret under another name is lost.)
 */
export function annotateSecrets(outputs: PropertyMap, inputs: PropertyMap): void {
  for (const [key, input] of Object.entries(inputs)) {
    if (!(key in outputs)) continue;
    const output = outputs[key];
    if (isRecord(output) && isRecord(input) && !isSecret(output) && !isSecret(input)) {
      annotateSecrets(output, input);
    } else if (!isSecret(output) && containsSecrets(input)) {
      outputs[key] = makeSecret(output);
    }
  }
}

export type DiffKind = "add" | "delete" | "update";

/** Which properties differ, as paths (`a`, `a.b`, `a[0]`); secrets are compared by their values. */
export function differences(olds: PropertyMap, news: PropertyMap): Map<string, DiffKind> {
  const found = new Map<string, DiffKind>();
  const walk = (path: string, a: unknown, b: unknown): void => {
    if (equalValues(a, b)) return;
    if (a === undefined) found.set(path, "add");
    else if (b === undefined) found.set(path, "delete");
    else if (Array.isArray(a) && Array.isArray(b)) {
      const length = Math.max(a.length, b.length);
      for (let index = 0; index < length; index++) walk(`${path}[${String(index)}]`, a[index], b[index]);
    } else if (isRecord(a) && isRecord(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        walk(path === "" ? key : `${path}.${key}`, a[key], b[key]);
      }
    } else found.set(path, "update");
  };
  walk("", plainValue(olds), plainValue(news));
  return found;
}

/** The first segment of a property path: `ports[0].from` → `ports`. */
export function topLevelKey(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

function pathSegments(path: string): string[] {
  return path.match(/[^.[\]"]+/g) ?? [];
}

/** Sets `path` in `inputs` back to what it is in `oldInputs` (`ignoreChanges`); false when it cannot be followed. */
export function resetPath(inputs: PropertyMap, oldInputs: PropertyMap, path: string): boolean {
  const segments = pathSegments(path);
  const last = segments.pop();
  if (last === undefined) return false;
  let target: unknown = inputs;
  let source: unknown = oldInputs;
  for (const segment of segments) {
    if (!isRecord(target) || !isRecord(source)) return false;
    target = target[segment];
    source = source[segment];
  }
  if (!isRecord(target) || !isRecord(source)) return false;
  if (last in source) target[last] = source[last];
  else delete target[last];
  return true;
}

/** Does the path `outer` (with `*` for any one segment) cover the path `inner`? */
export function pathContains(outer: string, inner: string): boolean {
  const a = pathSegments(outer);
  const b = pathSegments(inner);
  return a.length <= b.length && a.every((segment, index) => segment === "*" || segment === b[index]);
}
