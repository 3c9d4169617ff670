import { isRecord } from "../../lib/records";
import type { Crypter } from "./secrets";
import type { PropertyMap } from "./values";
import { isSecret, makeSecret, secretSignature, signatureKey } from "./values";

/** One resource of a stack's state: Pulumi's `ResourceV3`, with the secrets open while in memory. */
export interface ResourceState {
  urn: string;
  custom: boolean;
  /** The old half of a replacement, still to be deleted. */
  delete?: boolean;
  id?: string;
  type: string;
  inputs?: PropertyMap;
  outputs?: PropertyMap;
  parent?: string;
  protect?: boolean;
  external?: boolean;
  dependencies?: string[];
  initErrors?: string[];
  /** `urn::id` of its provider resource. */
  provider?: string;
  propertyDependencies?: Record<string, string[]>;
  /** Already deleted by a delete-before-replace whose create has not happened. */
  pendingReplacement?: boolean;
  /** `pulumi state taint`: the next update replaces it. */
  taint?: boolean;
  additionalSecretOutputs?: string[];
  aliases?: string[];
  customTimeouts?: Record<string, number>;
  retainOnDelete?: boolean;
  deletedWith?: string;
  created?: string;
  modified?: string;
  sourcePosition?: string;
  stackTrace?: { sourcePosition?: string }[];
  ignoreChanges?: string[];
  /** Paths of properties. */
  hideDiff?: string[][];
  replaceOnChanges?: string[];
}

export type OperationType = "creating" | "updating" | "deleting" | "reading";

/** What an interrupted run was doing. */
export interface PendingOperation {
  resource: ResourceState;
  type: OperationType;
}

/** Pulumi's `DeploymentV3`: what `pulumi stack export` shows under `deployment`. */
export interface Deployment {
  manifest: { time: string; magic: string; version: string };
  secrets_providers?: { type: string; state: { salt: string } };
  resources?: ResourceState[];
  pending_operations?: PendingOperation[];
  metadata: Record<string, unknown>;
}

export function inputsOf(state: ResourceState): PropertyMap {
  return state.inputs ?? {};
}

export function outputsOf(state: ResourceState): PropertyMap {
  return state.outputs ?? {};
}

/** Everything a resource names in its state: parent, dependencies, and what it is deleted with. */
export function referencedUrns(state: ResourceState, withParent = true): Set<string> {
  const urns = new Set(state.dependencies);
  for (const list of Object.values(state.propertyDependencies ?? {})) for (const urn of list) urns.add(urn);
  if (state.deletedWith) urns.add(state.deletedWith);
  if (withParent && state.parent) urns.add(state.parent);
  return urns;
}

/** Unchanged secrets keep their ciphertext, so that an update without changes leaves the state alone. */
const knownCiphertexts = new WeakMap<object, { crypter: Crypter; ciphertext: string }>();

function sealValue(value: unknown, crypter: Crypter): unknown {
  if (Array.isArray(value)) return value.map((item) => sealValue(item, crypter));
  if (isSecret(value)) {
    const known = knownCiphertexts.get(value);
    const ciphertext =
      known?.crypter === crypter ? known.ciphertext : crypter.encrypt(JSON.stringify(openInner(value.value)));
    knownCiphertexts.set(value, { crypter, ciphertext });
    return { [signatureKey]: secretSignature, ciphertext };
  }
  return isRecord(value) ? sealProperties(value, crypter) : value;
}

/** A secret inside a secret is encrypted with it, once. */
function openInner(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openInner);
  if (isSecret(value))
    return { [signatureKey]: secretSignature, plaintext: JSON.stringify(openInner(value.value)) };
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, openInner(item)]));
}

/** Properties with every secret encrypted, keys in order as Pulumi writes them. */
function sealProperties(properties: PropertyMap, crypter: Crypter): PropertyMap {
  const result: PropertyMap = {};
  for (const key of Object.keys(properties).sort()) result[key] = sealValue(properties[key], crypter);
  return result;
}

function openValue(value: unknown, crypter: Crypter): unknown {
  if (Array.isArray(value)) return value.map((item) => openValue(item, crypter));
  if (!isRecord(value)) return value;
  if (value[signatureKey] === secretSignature) {
    const { ciphertext, plaintext } = value;
    if (typeof ciphertext === "string") {
      const secret = makeSecret(openValue(JSON.parse(crypter.decrypt(ciphertext)), crypter));
      knownCiphertexts.set(secret, { crypter, ciphertext });
      return secret;
    }
    return makeSecret(openValue(JSON.parse(String(plaintext)), crypter));
  }
  return openProperties(value, crypter);
}

function openProperties(properties: PropertyMap, crypter: Crypter): PropertyMap {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, openValue(value, crypter)]),
  );
}

/** A resource as the state file holds it: secrets encrypted, empty fields left out, in Pulumi's order of fields. */
export function sealResource(state: ResourceState, crypter: Crypter): ResourceState {
  const list = <T>(items: T[] | undefined): T[] | undefined => (items?.length ? items : undefined);
  const flag = (value: boolean | undefined): true | undefined => (value ? true : undefined);
  const properties = (map: PropertyMap | undefined): PropertyMap | undefined =>
    map && Object.keys(map).length > 0 ? sealProperties(map, crypter) : undefined;
  const fields = {
    urn: state.urn,
    custom: state.custom,
    delete: flag(state.delete),
    id: state.id || undefined,
    type: state.type,
    inputs: properties(state.inputs),
    outputs: properties(state.outputs),
    parent: state.parent || undefined,
    protect: flag(state.protect),
    external: flag(state.external),
    dependencies: list(state.dependencies),
    initErrors: list(state.initErrors),
    provider: state.provider || undefined,
    propertyDependencies: Object.keys(state.propertyDependencies ?? {}).length
      ? state.propertyDependencies
      : undefined,
    pendingReplacement: flag(state.pendingReplacement),
    taint: flag(state.taint),
    additionalSecretOutputs: list(state.additionalSecretOutputs),
    aliases: list(state.aliases),
    customTimeouts: Object.values(state.customTimeouts ?? {}).some((seconds) => seconds > 0)
      ? state.customTimeouts
      : undefined,
    retainOnDelete: flag(state.retainOnDelete),
    deletedWith: state.deletedWith || undefined,
    created: state.created,
    modified: state.modified,
    sourcePosition: state.sourcePosition || undefined,
    stackTrace: list(state.stackTrace),
    ignoreChanges: list(state.ignoreChanges),
    hideDiff: list(state.hideDiff),
    replaceOnChanges: list(state.replaceOnChanges),
  };
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as unknown as ResourceState;
}

/** The inverse of `sealResource`. */
export function openResource(sealed: ResourceState, crypter: Crypter): ResourceState {
  return {
    ...sealed,
    inputs: openProperties(sealed.inputs ?? {}, crypter),
    outputs: openProperties(sealed.outputs ?? {}, crypter),
  };
}
