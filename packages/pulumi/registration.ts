import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { SourcePosition } from "@pulumi/pulumi/proto/source_pb";
import type { Alias, Goal } from "./goal";
import { fromStruct } from "./rpc";
import { packageOfProviderType, packageOfToken, parseProviderReference, typeOf } from "./urn";
import { withoutNulls } from "./values";

/** Reads what the SDK sends for one resource; `parent` gives what it leaves to the parent. */
export function goalFrom(
  request: RegisterResourceRequest,
  projectRoot: string,
  parent: Goal | undefined,
): Goal {
  const custom = request.getCustom();
  const protect = request.hasProtect() ? request.getProtect() : parent?.protect;
  const retain = request.hasRetainondelete() ? request.getRetainondelete() : parent?.retainOnDelete;
  const replaceFirst = request.getDeletebeforereplacedefined() || request.getDeletebeforereplace();
  const sourcePosition = positionFrom(request.getSourceposition(), projectRoot);
  const frames = request.getStacktrace()?.getFramesList() ?? [];
  const stackTrace = frames.map((frame) => {
    const position = positionFrom(frame.getPc(), projectRoot);
    return position === "" ? {} : { sourcePosition: position };
  });
  const dependencies = request.getDependenciesList();
  const properties = withoutNulls(fromStruct(request.getObject()));
  return {
    type: request.getType(),
    name: request.getName(),
    custom,
    properties,
    parent: request.getParent(),
    provider: request.getProvider() || inheritedProvider(request.getType(), custom, parent),
    dependencies,
    propertyDependencies: propertyDependencies(request, Object.keys(properties), dependencies),
    aliases: [
      ...request.getAliasurnsList().map((urn): Alias => ({ urn })),
      ...request.getAliasesList().map(aliasFrom),
    ],
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    ignoreChanges: request.getIgnorechangesList(),
    hideDiffs: request.getHidediffsList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    deletedWith: request.getDeletedwith() || (parent?.deletedWith ?? ""),
    importId: request.getImportid(),
    ...(protect !== undefined && { protect }),
    ...(retain !== undefined && { retainOnDelete: retain }),
    ...(replaceFirst && { deleteBeforeReplace: request.getDeletebeforereplace() }),
    ...timeouts(request),
    ...(sourcePosition && { sourcePosition }),
    ...(stackTrace.length > 0 && { stackTrace }),
  };
}

/** A parent's provider serves the child when it is of the child's package; components just pass it on. */
function inheritedProvider(type: string, custom: boolean, parent: Goal | undefined): string {
  if (!parent?.provider) return "";
  const provided = packageOfProviderType(typeOf(parseProviderReference(parent.provider).urn));
  return !custom || provided === packageOfToken(type) ? parent.provider : "";
}

function propertyDependencies(
  request: RegisterResourceRequest,
  properties: string[],
  dependencies: string[],
): Record<string, string[]> {
  const map = request.getPropertydependenciesMap();
  // Where none is named, each property depends on all; where some are, the others on nothing.
  const others = map.getLength() === 0 ? dependencies : [];
  const result = Object.fromEntries(properties.map((key) => [key, others]));
  map.forEach((value, key) => {
    result[key] = value.getUrnsList();
  });
  return result;
}

function aliasFrom(message: AliasMessage): Alias {
  const spec = message.getSpec();
  if (!spec) return { urn: message.getUrn() };
  return {
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parent: spec.getParenturn(),
    noParent: spec.getNoparent(),
  };
}

function timeouts(request: RegisterResourceRequest): Pick<Goal, "customTimeouts"> {
  const message = request.getCustomtimeouts();
  if (!message) return {};
  const given = { create: message.getCreate(), update: message.getUpdate(), delete: message.getDelete() };
  if (Object.values(given).every((text) => text === "")) return {};
  return {
    customTimeouts: Object.fromEntries(Object.entries(given).map(([key, text]) => [key, seconds(text)])),
  };
}

/** Go's durations, as the SDK passes them on: `1h5m`, `30s`. */
function seconds(duration: string): number {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  let total = 0;
  for (const [, amount, unit] of duration.matchAll(/([\d.]+)(ms|h|m|s)/g)) {
    total += Number(amount) * (units[unit ?? ""] ?? 0);
  }
  return total;
}

/** `project:///index.ts#12,3`: relative to the project, so that the state holds no path of this machine. */
function positionFrom(position: SourcePosition | undefined, projectRoot: string): string {
  if (!position?.getUri().startsWith("file://")) return "";
  const file = path.relative(projectRoot, fileURLToPath(position.getUri())).split(path.sep).join("/");
  const column = position.getColumn() === 0 ? "" : `,${String(position.getColumn())}`;
  // A path above the project keeps its dots: the CLI writes project:///../x.ts too.
  return `project:///${encodeURI(file)}#${String(position.getLine())}${column}`;
}
